-- What a server has chosen, reports that are dealt with, questions that count no more, and erasing.

ALTER TABLE server ADD COLUMN bank TEXT;           -- NULL: the first one
ALTER TABLE server ADD COLUMN seconds INTEGER;     -- for each question of a quiz; NULL: as usual
ALTER TABLE server ADD COLUMN hides_names INTEGER NOT NULL DEFAULT 0; -- 1: boards and results name nobody
ALTER TABLE server ADD COLUMN changed_by INTEGER;  -- who changed one of these last
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

-- Who had their data erased while questions that they had answered were open: those answers go when all are closed.
CREATE TABLE erasure (
    member_id INTEGER PRIMARY KEY,
    asked_at INTEGER NOT NULL
);

-- so that what one member left is found without going through everybody's
CREATE INDEX hint_use_of_member ON hint_use (member_id);
CREATE INDEX shown_of_member ON shown (member_id);
CREATE INDEX member_day_of_member ON member_day (member_id);
CREATE INDEX quiz_of_starter ON quiz (starter_id);
