-- Times are milliseconds since 1970 in UTC, ids of Discord are 64-bit integers, choices are bit masks in
-- the order of the bank.

CREATE TABLE question_version (
    version TEXT PRIMARY KEY,          -- content hash
    bank TEXT NOT NULL,
    question TEXT NOT NULL,
    content TEXT NOT NULL              -- JSON: what was asked, so that an edited bank rewrites no history
);

CREATE TABLE quiz (
    id INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    starter_id INTEGER NOT NULL,
    bank TEXT NOT NULL,
    topic TEXT,
    seconds INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    message_id INTEGER,                -- the announcement
    ended_at INTEGER,
    end_reason TEXT
);
-- "one quiz per channel at a time" is kept here, not by a look before the insert
CREATE UNIQUE INDEX quiz_running ON quiz (channel_id) WHERE ended_at IS NULL;

CREATE TABLE quiz_question (
    quiz_id INTEGER NOT NULL REFERENCES quiz (id),
    position INTEGER NOT NULL,
    version TEXT NOT NULL REFERENCES question_version (version),
    PRIMARY KEY (quiz_id, position)
);

CREATE TABLE round (
    id INTEGER PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    message_id INTEGER,
    quiz_id INTEGER REFERENCES quiz (id),
    position INTEGER,
    version TEXT NOT NULL REFERENCES question_version (version),
    option_order TEXT NOT NULL,        -- which option stands at each place of the card, such as 2,0,1
    opened_at INTEGER NOT NULL,
    closes_at INTEGER NOT NULL,
    closed_at INTEGER,
    close_reason TEXT,
    UNIQUE (quiz_id, position)
);
CREATE INDEX round_open ON round (channel_id) WHERE closed_at IS NULL;
CREATE INDEX round_asked ON round (guild_id, version, opened_at);

CREATE TABLE answer (
    round_id INTEGER NOT NULL REFERENCES round (id),
    member_id INTEGER NOT NULL,
    choice INTEGER NOT NULL,
    clicked_at INTEGER NOT NULL,       -- the time of the interaction itself
    hints INTEGER NOT NULL,
    outcome INTEGER NOT NULL,          -- 0 wrong, 1 partly right, 2 right
    points INTEGER NOT NULL,
    PRIMARY KEY (round_id, member_id)  -- the first answer wins
);
CREATE INDEX answer_of_member ON answer (member_id, clicked_at);

-- What counts on boards: the first answer of a member to a question in a week. Derived from `answer`.
CREATE TABLE score (
    guild_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    bank TEXT NOT NULL,
    question TEXT NOT NULL,
    week INTEGER NOT NULL,             -- when the week began
    round_id INTEGER NOT NULL REFERENCES round (id),
    scored_at INTEGER NOT NULL,
    points INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    hints INTEGER NOT NULL,
    PRIMARY KEY (guild_id, member_id, bank, question, week)
);
CREATE INDEX score_in_window ON score (guild_id, scored_at, member_id, points, outcome, hints);

CREATE TABLE hint_use (
    round_id INTEGER NOT NULL REFERENCES round (id),
    member_id INTEGER NOT NULL,
    step INTEGER NOT NULL,             -- 1 for the first hint
    taken_at INTEGER NOT NULL,
    PRIMARY KEY (round_id, member_id, step)
);

CREATE TABLE report (
    id INTEGER PRIMARY KEY,
    round_id INTEGER NOT NULL REFERENCES round (id),
    member_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reported_at INTEGER NOT NULL
);

-- What falls due when. A row stays until its work is done, so nothing is forgotten by a crash.
CREATE TABLE timer (
    kind TEXT NOT NULL,
    subject INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX timer_due ON timer (due_at);

CREATE TABLE fact (
    name TEXT PRIMARY KEY,             -- what the bot remembers about itself
    value TEXT NOT NULL
);
