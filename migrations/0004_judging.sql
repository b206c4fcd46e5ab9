-- What is judged, and what follows from it. How it is meant to be read: docs/storage.md, "Judging".

-- What is evaluated together: the thresholds of a source and interval, or the rules of a file's group.
CREATE TABLE rule_groups (
    group_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    evaluated INTEGER NOT NULL,         -- the time of the last evaluation
    clock TEXT NOT NULL,                -- JSON: how the clocks stood then, to tell one that was set from time that passed; and the last turn of ours
    vals TEXT NOT NULL                  -- JSON: the values at that time, by the slots of the instances; null where there was none
);

-- The series of rules that have a state. instance_id = group_id << 20 | slot.
CREATE TABLE rule_instances (
    instance_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                 -- threshold or alert
    rule TEXT NOT NULL,
    series TEXT NOT NULL,               -- JSON: the labels
    state TEXT NOT NULL,                -- ok, pending, active, soft, hard, no_data; of alerts: pending, firing, inactive
    since INTEGER NOT NULL,
    detail TEXT NOT NULL                -- JSON: the timers, as the program needs them
);

-- The outbox, and what became of it: an action is here before it is tried.
CREATE TABLE actions (
    action_id INTEGER PRIMARY KEY,
    idempotency_key TEXT NOT NULL,
    action TEXT NOT NULL,
    rule TEXT NOT NULL,
    series TEXT NOT NULL,               -- JSON: the labels that it is about
    cause TEXT NOT NULL,                -- enter, repeat, resolve, notify or manual
    state TEXT NOT NULL,
    value REAL,
    threshold TEXT NOT NULL,
    decided INTEGER NOT NULL,
    origin TEXT NOT NULL,               -- who waits to hear of its end: a threshold, a group of a route, or nobody
    due INTEGER,                        -- when the next attempt is to be made; NULL when it has ended
    outcome TEXT NOT NULL,              -- waiting, running, succeeded, failed, silenced, cancelled, superseded
    note TEXT NOT NULL,                 -- what there is to say about the outcome: which silence, why it was given up
    ended INTEGER,
    leader_epoch INTEGER NOT NULL,
    event TEXT NOT NULL,                -- JSON: everything that the action is told
    attempts INTEGER NOT NULL           -- how many there have been
);
CREATE INDEX actions_open ON actions (due) WHERE due IS NOT NULL;
-- The history goes by time. What was never tried stands in it as well; that is little, so that four indexes cost nothing.
CREATE INDEX actions_untried ON actions (decided) WHERE attempts = 0;
CREATE INDEX actions_untried_by_rule ON actions (rule, decided) WHERE attempts = 0;
CREATE INDEX actions_untried_by_name ON actions (action, decided) WHERE attempts = 0;
CREATE INDEX actions_untried_by_outcome ON actions (outcome, decided) WHERE attempts = 0;

CREATE TABLE attempts (
    action_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,           -- from 1 on
    started INTEGER NOT NULL,
    finished INTEGER,
    outcome TEXT NOT NULL,              -- running, succeeded, failed, timed_out, cancelled, interrupted
    code INTEGER,                       -- exit code, or status of the answer
    output TEXT NOT NULL,               -- the end of it
    error TEXT NOT NULL,
    leader_epoch INTEGER NOT NULL,
    rule TEXT NOT NULL,                 -- the action's, and its name: here for the indexes
    action TEXT NOT NULL,
    PRIMARY KEY (action_id, attempt)
) WITHOUT ROWID;
CREATE INDEX attempts_by_time ON attempts (started);
CREATE INDEX attempts_by_rule ON attempts (rule, started);
CREATE INDEX attempts_by_name ON attempts (action, started);
CREATE INDEX attempts_by_outcome ON attempts (outcome, started);

-- Groups of alerts that routes have made, with what has been told about them.
CREATE TABLE alert_groups (
    group_key TEXT NOT NULL PRIMARY KEY,
    detail TEXT NOT NULL                -- JSON
) WITHOUT ROWID;

-- Silences and maintenance windows that were made by request.
CREATE TABLE mutings (
    muting_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                 -- silence or maintenance
    starts INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    detail TEXT NOT NULL                -- JSON: all of it
) WITHOUT ROWID;

-- Single facts, such as who this appliance is among several.
CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW rule_states AS
SELECT i.rule, i.series, i.state, i.since, strftime('%Y-%m-%dT%H:%M:%fZ', i.since / 1000.0, 'unixepoch') AS since_time,
       -- numbers that JSON does not have stand there as text
       CASE WHEN v.type IN ('integer', 'real') THEN CAST(v.atom AS REAL) WHEN v.atom = '+Inf' THEN 9e999
            WHEN v.atom = '-Inf' THEN -9e999 END AS value,
       g.evaluated AS last_evaluated,
       strftime('%Y-%m-%dT%H:%M:%fZ', g.evaluated / 1000.0, 'unixepoch') AS last_evaluated_time,
       i.kind, g.name AS rule_group, i.instance_id
FROM rule_groups g
CROSS JOIN json_each(g.vals) v
CROSS JOIN rule_instances i ON i.instance_id = (g.group_id << 20) + v.key;

CREATE VIEW action_history AS
SELECT a.action_id AS id, coalesce(t.started, a.decided) AS ts,
       strftime('%Y-%m-%dT%H:%M:%fZ', coalesce(t.started, a.decided) / 1000.0, 'unixepoch') AS time,
       a.rule, a.action, a.cause, a.state, a.series, a.value, a.threshold, a.decided, t.started, t.finished,
       t.finished - t.started AS duration_ms, coalesce(t.attempt, 0) AS attempt, coalesce(t.outcome, a.outcome) AS outcome,
       t.code, coalesce(t.output, '') AS output, coalesce(nullif(t.error, ''), a.note) AS error,
       coalesce(t.leader_epoch, a.leader_epoch) AS leader_epoch, a.outcome AS result, a.idempotency_key
FROM actions a
LEFT JOIN attempts t ON t.action_id = a.action_id;

CREATE VIEW silences AS
SELECT muting_id AS id, kind, starts, strftime('%Y-%m-%dT%H:%M:%fZ', starts / 1000.0, 'unixepoch') AS starts_time, ends,
       strftime('%Y-%m-%dT%H:%M:%fZ', ends / 1000.0, 'unixepoch') AS ends_time, author, comment,
       coalesce(json_extract(detail, '$.silence.matchers'), json_extract(detail, '$.window.matchers')) AS matchers,
       json_extract(detail, '$.window.name') AS name
FROM mutings;
