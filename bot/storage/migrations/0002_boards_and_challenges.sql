-- Days are counted from 1970-01-01, by the calendar of the server's time zone. '' as bank or topic: any.

-- What a board can be about, with a short number for the rows and buttons that name it.
CREATE TABLE scope (
    id INTEGER PRIMARY KEY,
    bank TEXT NOT NULL,
    topic TEXT NOT NULL,
    UNIQUE (bank, topic)
);
INSERT INTO scope (id, bank, topic) VALUES (1, '', '');

ALTER TABLE question_version ADD COLUMN bank_scope INTEGER REFERENCES scope (id);
ALTER TABLE question_version ADD COLUMN topic_scope INTEGER REFERENCES scope (id);
ALTER TABLE question_version ADD COLUMN author INTEGER;       -- the member who wrote it
INSERT INTO scope (bank, topic) SELECT DISTINCT bank, '' FROM question_version;
INSERT INTO scope (bank, topic) SELECT DISTINCT bank, json_extract(content, '$.topic') FROM question_version;
UPDATE question_version SET
    bank_scope = (SELECT id FROM scope WHERE scope.bank = question_version.bank AND topic = ''),
    topic_scope = (SELECT id FROM scope WHERE scope.bank = question_version.bank
                   AND topic = json_extract(content, '$.topic'));

CREATE TABLE server (
    guild_id INTEGER PRIMARY KEY,
    zone TEXT NOT NULL DEFAULT 'UTC',
    digest_channel_id INTEGER,         -- where the weeks are summed up; NULL: nowhere
    digest_week INTEGER                -- the first week that is still to be summed up: its Monday
);

-- Members who are on no board, because they left the server or hid themselves.
CREATE TABLE unlisted (
    guild_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    reason TEXT NOT NULL,              -- left, hidden
    PRIMARY KEY (guild_id, member_id, reason)
) WITHOUT ROWID;

-- The weekly challenge as a server wants it.
CREATE TABLE challenge_plan (
    guild_id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL,
    owner_id INTEGER NOT NULL,
    bank TEXT NOT NULL,
    topics TEXT NOT NULL,              -- such as tools,agents; '': all
    weekday INTEGER NOT NULL,          -- 0 for Monday
    hour INTEGER NOT NULL,
    questions INTEGER NOT NULL,
    days INTEGER,                      -- NULL: open until the next one
    mention_role_id INTEGER,
    champion_role_id INTEGER,
    is_on INTEGER NOT NULL,
    trouble TEXT
);

CREATE TABLE challenge (
    id INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    number INTEGER,                    -- in the server's archive; NULL: it never came to be
    channel_id INTEGER NOT NULL,
    message_id INTEGER,
    bank TEXT NOT NULL,
    topics TEXT NOT NULL,
    seed TEXT NOT NULL,                -- its questions can be drawn again with it
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    winners TEXT NOT NULL DEFAULT '',  -- as the podium said, such as 17,42
    points INTEGER NOT NULL DEFAULT 0, -- theirs
    players INTEGER NOT NULL DEFAULT 0,
    UNIQUE (guild_id, number)
);
-- "one challenge per server at a time" is kept here
CREATE UNIQUE INDEX challenge_running ON challenge (guild_id) WHERE ended_at IS NULL;

-- Who has the champion's role because of a challenge, so that it can be taken back.
CREATE TABLE champion (
    guild_id INTEGER NOT NULL,
    role_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    PRIMARY KEY (guild_id, role_id, member_id)
) WITHOUT ROWID;

-- The questions of a challenge are rounds without a card of their own.
ALTER TABLE round ADD COLUMN challenge_id INTEGER REFERENCES challenge (id);
CREATE UNIQUE INDEX round_of_challenge ON round (challenge_id, position) WHERE challenge_id IS NOT NULL;

-- When each member first saw a question of a challenge: their time runs from there.
CREATE TABLE shown (
    round_id INTEGER NOT NULL REFERENCES round (id),
    member_id INTEGER NOT NULL,
    shown_at INTEGER NOT NULL,
    PRIMARY KEY (round_id, member_id)
) WITHOUT ROWID;

-- Answers are numbered in the order in which they were stored, and know their day and how long they took.
CREATE TABLE numbered_answer (
    id INTEGER PRIMARY KEY,
    round_id INTEGER NOT NULL REFERENCES round (id),
    member_id INTEGER NOT NULL,
    choice INTEGER NOT NULL,
    clicked_at INTEGER NOT NULL,       -- the time of the interaction itself
    hints INTEGER NOT NULL,
    outcome INTEGER NOT NULL,          -- 0 wrong, 1 partly right, 2 right
    points INTEGER NOT NULL,
    day INTEGER NOT NULL,              -- by the server's calendar, as it was at the click
    took INTEGER NOT NULL,             -- milliseconds from seeing the question to the click
    UNIQUE (round_id, member_id)       -- the first answer wins
);
INSERT INTO numbered_answer
    (round_id, member_id, choice, clicked_at, hints, outcome, points, day, took)
SELECT round_id, member_id, choice, clicked_at, hints, outcome, points, clicked_at / 86400000,
       max(0, clicked_at - (SELECT opened_at FROM round WHERE id = round_id))
FROM answer ORDER BY answer.rowid;
DROP TABLE answer;
ALTER TABLE numbered_answer RENAME TO answer;
CREATE INDEX answer_of_member ON answer (member_id, clicked_at);

-- All that follows is derived from the answers, and `python -m bot rebuild-scores` makes it anew.

-- Which answers count on boards: the first of a member to a question in a week.
DROP TABLE score;
CREATE TABLE score (
    guild_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    bank TEXT NOT NULL,
    question TEXT NOT NULL,
    week INTEGER NOT NULL,             -- its Monday
    round_id INTEGER NOT NULL REFERENCES round (id),
    -- by week first: what is written now lies together, so that recording does not slow down with the years
    PRIMARY KEY (guild_id, week, member_id, bank, question)
) WITHOUT ROWID;

-- What a member earned in a week, a month, a challenge or in all, in a scope.
CREATE TABLE board (
    guild_id INTEGER NOT NULL,
    period TEXT NOT NULL,              -- week, month, all, challenge
    start INTEGER NOT NULL,            -- the Monday, the 1st, the challenge's id; 0 for all time
    scope INTEGER NOT NULL REFERENCES scope (id),
    member_id INTEGER NOT NULL,
    points INTEGER NOT NULL,
    correct INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    hints INTEGER NOT NULL,
    took INTEGER NOT NULL,             -- milliseconds
    last_at INTEGER,                   -- when the last points were earned
    PRIMARY KEY (guild_id, period, start, scope, member_id)
) WITHOUT ROWID;

-- What a member did on a day.
CREATE TABLE member_day (
    guild_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    answers INTEGER NOT NULL,          -- all of them
    scored INTEGER NOT NULL,           -- those that count on boards
    correct INTEGER NOT NULL,
    points INTEGER NOT NULL,
    PRIMARY KEY (guild_id, member_id, day)
) WITHOUT ROWID;

-- they are made at the next start
INSERT INTO fact (name, value) SELECT 'scores', 'outdated' WHERE EXISTS (SELECT 1 FROM answer);

-- Measures of tables that were small once mislead SQLite for ever; see database.py.
DROP TABLE IF EXISTS sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;
ANALYZE sqlite_schema;                 -- measures nothing, but forgets what this connection has read of them
