-- Which instance a request created, within the contract that it was sent to.
CREATE TABLE creations (
    namespace    TEXT NOT NULL,
    entity_id    TEXT NOT NULL,
    instance_id  TEXT NOT NULL,
    scope        TEXT NOT NULL,
    request_id   TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    PRIMARY KEY (scope, request_id)
) WITHOUT ROWID;
