-- What a server has chosen, reports that are dealt with, questions that count no more, and erasing.

ALTER TABLE server ADD COLUMN bank TEXT;           -- NULL: the first one
ALTER TABLE server ADD COLUMN seconds INTEGER;     -- for each question of a quiz; NULL: as usual
ALTER TABLE server ADD COLUMN hides_names INTEGER NOT NULL DEFAULT 0; -- 1: boards and results name nobody
ALTER TABLE server ADD COLUMN changed TEXT;        -- what was changed last: zone, bank, seconds, quiz_channels, quiz_roles, hides_names
ALTER TABLE server ADD COLUMN changed_by INTEGER;  -- who changed it
ALTER TABLE server ADD COLUMN changed_at INTEGER;
ALTER TABLE server ADD COLUMN removed_at INTEGER;  -- when the bot was removed; NULL: it is there

-- Where quizzes may run and who may start them. None: everywhere, everyone.
CREATE TABLE quiz_channel (
    guild_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    PRIMARY KEY (guild_id, channel_id)
) WITHOUT ROWID;
CREATE TABLE quiz_role (
    guild_id INTEGER NOT NULL,
    role_id INTEGER NOT NULL,
    PRIMARY KEY (guild_id, role_id)
) WITHOUT ROWID;

-- What can be erased gets a number of its own for ever (AUTOINCREMENT): the buttons of cards that are still on screens name it.
CREATE TABLE numbered_report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER,                  -- NULL: in direct messages
    version TEXT NOT NULL REFERENCES question_version (version),
    round_id INTEGER REFERENCES round (id), -- NULL: asked in private
    member_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reported_at INTEGER NOT NULL
);
INSERT INTO numbered_report (id, guild_id, version, round_id, member_id, reason, reported_at)
SELECT id, guild_id, version, round_id, member_id, reason, reported_at FROM report;
DROP TABLE report;
ALTER TABLE numbered_report RENAME TO report;

ALTER TABLE report ADD COLUMN state TEXT NOT NULL DEFAULT 'open'; -- open, accepted, dismissed, voided
ALTER TABLE report ADD COLUMN handled_by INTEGER;
ALTER TABLE report ADD COLUMN handled_at INTEGER;
CREATE INDEX report_open ON report (guild_id, id) WHERE state = 'open';
CREATE INDEX report_of_member ON report (member_id);

-- Questions, as they were asked, that count no more on a server's boards.
CREATE TABLE voided (
    guild_id INTEGER NOT NULL,
    version TEXT NOT NULL REFERENCES question_version (version),
    voided_by INTEGER NOT NULL,
    voided_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, version)
) WITHOUT ROWID;
ALTER TABLE member_day ADD COLUMN voided INTEGER NOT NULL DEFAULT 0; -- answers that would count, had no moderator voided the question

-- Whose scores have to be made anew from their answers.
CREATE TABLE recount (
    guild_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    PRIMARY KEY (guild_id, member_id)
) WITHOUT ROWID;

-- Whose data is being erased: all that is from before this time. Answers to questions that are open stay until they are closed.
CREATE TABLE erasure (
    member_id INTEGER PRIMARY KEY,
    asked_at INTEGER NOT NULL
);

-- so that what one member left is found without going through everybody's
CREATE INDEX hint_use_of_member ON hint_use (member_id, round_id);
CREATE INDEX shown_of_member ON shown (member_id);
CREATE INDEX member_day_of_member ON member_day (member_id);
CREATE INDEX quiz_of_starter ON quiz (starter_id);
CREATE INDEX unlisted_of_member ON unlisted (member_id);

-- Numbers for ever, as above.
CREATE TABLE numbered_session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL,
    guild_id INTEGER,                  -- where it began; NULL: in direct messages
    kind TEXT NOT NULL,                -- practice, review
    bank TEXT NOT NULL,                -- '' in a review: all banks
    topic TEXT,                        -- NULL: all
    difficulty TEXT,                   -- NULL: all
    begun_at INTEGER NOT NULL,
    ended_at INTEGER
);
INSERT INTO numbered_session (id, member_id, guild_id, kind, bank, topic, difficulty, begun_at, ended_at)
SELECT id, member_id, guild_id, kind, bank, topic, difficulty, begun_at, ended_at
FROM session;
CREATE TABLE numbered_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER NOT NULL REFERENCES numbered_session (id),
    position INTEGER NOT NULL,
    version TEXT NOT NULL REFERENCES question_version (version),
    option_order TEXT NOT NULL,        -- which option stands at each place, such as 2,0,1
    is_new INTEGER NOT NULL,           -- 1: in a review, a question that the member had never answered
    shown_at INTEGER,                  -- when the member first saw it
    hints INTEGER NOT NULL DEFAULT 0,
    ticked INTEGER NOT NULL DEFAULT 0, -- places ticked so far, where several options are right
    choice INTEGER,                    -- NULL, and so all that follow: not answered
    answered_at INTEGER,
    outcome INTEGER,                   -- 0 wrong, 1 partly right, 2 right
    day INTEGER,
    took INTEGER,                      -- milliseconds
    sure INTEGER,                      -- 1 sure, 0 unsure; NULL: not said
    UNIQUE (session_id, position)
);
INSERT INTO numbered_item (
    id, session_id, position, version, option_order, is_new, shown_at, hints, ticked, choice, answered_at,
    outcome, day, took, sure)
SELECT id, session_id, position, version, option_order, is_new, shown_at, hints, ticked, choice, answered_at,
    outcome, day, took, sure
FROM item;
CREATE TABLE numbered_exam (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL,
    guild_id INTEGER,                  -- where it was prepared; NULL: in direct messages
    bank TEXT NOT NULL,
    topics TEXT NOT NULL,              -- such as tools,agents; '': all
    questions INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    pass_mark INTEGER NOT NULL,        -- per cent
    seed TEXT NOT NULL,                -- its questions can be drawn again with it
    prepared_at INTEGER NOT NULL,
    started_at INTEGER,                -- NULL: it has not begun
    ends_at INTEGER,
    position INTEGER NOT NULL DEFAULT 1, -- the question in front of the member
    since INTEGER,                     -- when it came there
    ended_at INTEGER,
    end_reason TEXT,                   -- submitted, time
    day INTEGER,                       -- when it ended
    correct INTEGER,
    in_review INTEGER NOT NULL DEFAULT 1 -- whether its wrong answers are reviewed
);
INSERT INTO numbered_exam (
    id, member_id, guild_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at, started_at,
    ends_at, position, since, ended_at, end_reason, day, correct, in_review)
SELECT id, member_id, guild_id, bank, topics, questions, minutes, pass_mark, seed, prepared_at, started_at,
    ends_at, position, since, ended_at, end_reason, day, correct, in_review
FROM exam;
CREATE TABLE numbered_exam_item (
    exam_id INTEGER NOT NULL REFERENCES numbered_exam (id),
    position INTEGER NOT NULL,
    version TEXT NOT NULL REFERENCES question_version (version),
    option_order TEXT NOT NULL,
    choice INTEGER NOT NULL DEFAULT 0, -- may change until the exam ends
    flagged INTEGER NOT NULL DEFAULT 0,
    spent INTEGER NOT NULL DEFAULT 0,  -- milliseconds in front of the member
    outcome INTEGER,                   -- NULL until the exam has ended
    PRIMARY KEY (exam_id, position)
) WITHOUT ROWID;
INSERT INTO numbered_exam_item (exam_id, position, version, option_order, choice, flagged, spent, outcome)
SELECT exam_id, position, version, option_order, choice, flagged, spent, outcome
FROM exam_item;
DROP TABLE item;
DROP TABLE session;
DROP TABLE exam_item;
DROP TABLE exam;
ALTER TABLE numbered_session RENAME TO session;
ALTER TABLE numbered_item RENAME TO item;
ALTER TABLE numbered_exam RENAME TO exam;
ALTER TABLE numbered_exam_item RENAME TO exam_item;
-- "one practice and one review per member at a time" is kept here
CREATE UNIQUE INDEX session_open ON session (member_id, kind) WHERE ended_at IS NULL;
CREATE INDEX session_of_member ON session (member_id);
-- "one running exam per member" is kept here
CREATE UNIQUE INDEX exam_running ON exam (member_id) WHERE started_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX exam_of_member ON exam (member_id);

-- Servers that are being erased: what they had has ids up to these. What comes later is of a server that is there again.
CREATE TABLE erased_server (
    guild_id INTEGER PRIMARY KEY,
    last_quiz INTEGER NOT NULL,
    last_round INTEGER NOT NULL,
    last_challenge INTEGER NOT NULL,
    last_report INTEGER NOT NULL
);

-- so that what a server left is found without going through that of all others
CREATE INDEX quiz_of_server ON quiz (guild_id);
CREATE INDEX report_of_server ON report (guild_id);
CREATE INDEX report_of_round ON report (round_id);
CREATE INDEX session_in_server ON session (guild_id) WHERE guild_id IS NOT NULL;
CREATE INDEX exam_in_server ON exam (guild_id) WHERE guild_id IS NOT NULL;

-- Scores follow from answers and need no key to rounds: for each round that is erased, SQLite would go through all scores.
CREATE TABLE keyless_score (
    guild_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    bank TEXT NOT NULL,
    question TEXT NOT NULL,
    week INTEGER NOT NULL,             -- its Monday
    round_id INTEGER NOT NULL,
    -- by week first: what is written now lies together, so that recording does not slow down with the years
    PRIMARY KEY (guild_id, week, member_id, bank, question)
) WITHOUT ROWID;
INSERT INTO keyless_score (guild_id, member_id, bank, question, week, round_id)
SELECT guild_id, member_id, bank, question, week, round_id FROM score;
DROP TABLE score;
ALTER TABLE keyless_score RENAME TO score;
