-- Which instance a request created, within the contract that it was sent to.
CREATE TABLE creations (
    namespace    TEXT COLLATE "C" NOT NULL,
    entity_id    TEXT COLLATE "C" NOT NULL,
    instance_id  TEXT COLLATE "C" NOT NULL,
    scope        TEXT COLLATE "C" NOT NULL,
    request_id   TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    PRIMARY KEY (scope, request_id)
);
