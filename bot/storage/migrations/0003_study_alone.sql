-- Studying alone: practice, spaced review, mock exams. Days are those of the member's own calendar.

-- Practice and review: questions that one member goes through in private.
CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL,
    guild_id INTEGER,                  -- where it began; NULL: in direct messages
    kind TEXT NOT NULL,                -- practice, review
    bank TEXT NOT NULL,                -- '' in a review: all banks
    topic TEXT,                        -- NULL: all
    difficulty TEXT,                   -- NULL: all
    begun_at INTEGER NOT NULL,
    ended_at INTEGER
);
-- "one practice and one review per member at a time" is kept here
CREATE UNIQUE INDEX session_open ON session (member_id, kind) WHERE ended_at IS NULL;
CREATE INDEX session_of_member ON session (member_id);

CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL REFERENCES session (id),
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

CREATE TABLE exam (
    id INTEGER PRIMARY KEY,
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
-- "one running exam per member" is kept here
CREATE UNIQUE INDEX exam_running ON exam (member_id) WHERE started_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX exam_of_member ON exam (member_id);

CREATE TABLE exam_item (
    exam_id INTEGER NOT NULL REFERENCES exam (id),
    position INTEGER NOT NULL,
    version TEXT NOT NULL REFERENCES question_version (version),
    option_order TEXT NOT NULL,
    choice INTEGER NOT NULL DEFAULT 0, -- may change until the exam ends
    flagged INTEGER NOT NULL DEFAULT 0,
    spent INTEGER NOT NULL DEFAULT 0,  -- milliseconds in front of the member
    outcome INTEGER,                   -- NULL until the exam has ended
    PRIMARY KEY (exam_id, position)
) WITHOUT ROWID;

-- Spaced review: how well a member remembers a question. Follows from review_log.
CREATE TABLE review_card (
    member_id INTEGER NOT NULL,
    bank TEXT NOT NULL,
    question TEXT NOT NULL,
    stability REAL NOT NULL,           -- days
    difficulty REAL NOT NULL,          -- 1 to 10
    last_day INTEGER NOT NULL,
    due_day INTEGER NOT NULL,
    rating INTEGER NOT NULL,           -- of the last answer, as in review_log
    PRIMARY KEY (member_id, bank, question)
) WITHOUT ROWID;

-- Each answer of a member as a review, for fitting the model's parameters one day.
CREATE TABLE review_log (
    member_id INTEGER NOT NULL,
    bank TEXT NOT NULL,
    question TEXT NOT NULL,
    number INTEGER NOT NULL,           -- 1 for the one that was stored first
    rating INTEGER NOT NULL,           -- 1 again, 2 hard, 3 good, 4 easy
    day INTEGER NOT NULL,
    reviewed_at INTEGER NOT NULL,
    took INTEGER NOT NULL,             -- milliseconds
    item_id INTEGER,                   -- when it came from practice or review
    exam_id INTEGER,                   -- when it came from an exam
    PRIMARY KEY (member_id, bank, question, number)
) WITHOUT ROWID;

CREATE TABLE member (
    member_id INTEGER PRIMARY KEY,
    zone TEXT,                         -- NULL: that of the server where they are
    remind_hour INTEGER,               -- NULL: no reminders
    unreachable INTEGER NOT NULL DEFAULT 0 -- 1: reminders ended because none could be delivered, and they don't know yet
);

CREATE TABLE study_plan (
    member_id INTEGER PRIMARY KEY,
    bank TEXT NOT NULL,
    exam_day INTEGER NOT NULL,
    made_day INTEGER NOT NULL,
    seen INTEGER NOT NULL,             -- how many questions they had answered by then
    known REAL NOT NULL                -- the share of the bank that they knew by then, 0 to 1
);

-- Reports can be about questions that were asked in private.
CREATE TABLE question_report (
    id INTEGER PRIMARY KEY,
    guild_id INTEGER,                  -- NULL: in direct messages
    version TEXT NOT NULL REFERENCES question_version (version),
    round_id INTEGER REFERENCES round (id), -- NULL: asked in private
    member_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reported_at INTEGER NOT NULL
);
INSERT INTO question_report (id, guild_id, version, round_id, member_id, reason, reported_at)
SELECT report.id, round.guild_id, round.version, report.round_id, report.member_id, report.reason, report.reported_at
FROM report JOIN round ON round.id = report.round_id;
DROP TABLE report;
ALTER TABLE question_report RENAME TO report;
