-- How far files have been imported that are not imported to their end yet: written with the samples before that place.
CREATE TABLE imports (
    identity TEXT PRIMARY KEY NOT NULL, -- of the file: its size, its date and what it begins and ends with
    position INTEGER NOT NULL,          -- the byte at which the first line begins that is not in the store
    line INTEGER NOT NULL,              -- the number of that line
    samples INTEGER NOT NULL,           -- what has been read so far
    added INTEGER NOT NULL,
    skipped_lines INTEGER NOT NULL
) WITHOUT ROWID;
