-- Instances, what happened to them, and why. COLLATE "C" compares by bytes, which for UTF-8 is the order of code points.
CREATE TABLE instances (
    namespace   TEXT COLLATE "C" NOT NULL,
    entity_id   TEXT COLLATE "C" NOT NULL,
    instance_id TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    version     BIGINT  NOT NULL CHECK (version >= 0),
    created_at  TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL,
    PRIMARY KEY (namespace, entity_id, instance_id)
);
CREATE INDEX instances_by_state ON instances (namespace, entity_id, state, instance_id);

CREATE TABLE flows (
    position      BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    execution_id  TEXT    NOT NULL UNIQUE,
    namespace     TEXT COLLATE "C" NOT NULL,
    contract_id   TEXT    NOT NULL,
    contract_hash TEXT    NOT NULL,
    flow_id       TEXT    NOT NULL,
    persona       TEXT    NOT NULL,
    outcome       TEXT    NOT NULL,
    failed        BOOLEAN NOT NULL,
    bound         TEXT    NOT NULL,
    chain_id      TEXT    NOT NULL,
    started_at    TEXT    NOT NULL,
    completed_at  TEXT    NOT NULL,
    request_id    TEXT,
    request_hash  TEXT,
    trigger_id    TEXT,
    trust_domain  TEXT,
    UNIQUE (namespace, request_id)
);
CREATE INDEX flows_by_namespace ON flows (namespace, position);

CREATE TABLE bindings (
    namespace   TEXT COLLATE "C" NOT NULL,
    entity_id   TEXT COLLATE "C" NOT NULL,
    instance_id TEXT COLLATE "C" NOT NULL,
    position    BIGINT  NOT NULL REFERENCES flows (position),
    PRIMARY KEY (namespace, entity_id, instance_id, position)
);

CREATE TABLE operations (
    execution_id     TEXT    NOT NULL REFERENCES flows (execution_id),
    sequence         BIGINT  NOT NULL,
    step_id          TEXT    NOT NULL,
    step_type        TEXT    NOT NULL,
    operation_id     TEXT    NOT NULL,
    persona          TEXT    NOT NULL,
    outcome          TEXT,
    error_code       TEXT,
    instance_binding TEXT    NOT NULL,
    provenance_id    TEXT    NOT NULL,
    PRIMARY KEY (execution_id, sequence)
);

CREATE TABLE transitions (
    namespace          TEXT COLLATE "C" NOT NULL,
    entity_id          TEXT COLLATE "C" NOT NULL,
    instance_id        TEXT COLLATE "C" NOT NULL,
    version            BIGINT  NOT NULL CHECK (version >= 0),
    from_state         TEXT,
    to_state           TEXT    NOT NULL,
    at                 TEXT    NOT NULL,
    persona            TEXT,
    contract_id        TEXT    NOT NULL,
    operation_id       TEXT,
    execution_id       TEXT REFERENCES flows (execution_id),
    operation_sequence BIGINT ,
    chain_id           TEXT,
    trust_domain       TEXT,
    PRIMARY KEY (namespace, entity_id, instance_id, version),
    FOREIGN KEY (namespace, entity_id, instance_id) REFERENCES instances (namespace, entity_id, instance_id)
);
CREATE INDEX transitions_by_execution ON transitions (execution_id, operation_sequence);

CREATE TABLE provenance (
    chain_id      TEXT NOT NULL PRIMARY KEY,
    execution_id  TEXT NOT NULL UNIQUE REFERENCES flows (execution_id),
    namespace     TEXT COLLATE "C" NOT NULL,
    contract_hash TEXT NOT NULL,
    chain         TEXT NOT NULL,
    attestation   TEXT,
    trust_domain  TEXT
);

CREATE TABLE triggers (
    position         BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trigger_id       TEXT NOT NULL UNIQUE,
    namespace        TEXT COLLATE "C" NOT NULL,
    source_contract  TEXT NOT NULL,
    source_flow      TEXT NOT NULL,
    source_outcome   TEXT NOT NULL,
    source_execution TEXT NOT NULL,
    target_contract  TEXT NOT NULL,
    target_flow      TEXT NOT NULL,
    persona          TEXT NOT NULL,
    inputs           TEXT NOT NULL,
    fired_at         TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('pending', 'initiated', 'failed')),
    initiated_at     TEXT,
    failure_code     TEXT,
    failure_reason   TEXT,
    attestation      TEXT,
    trust_domain     TEXT
);
CREATE INDEX triggers_by_namespace ON triggers (namespace, position);
CREATE INDEX triggers_by_status ON triggers (namespace, status, position);
