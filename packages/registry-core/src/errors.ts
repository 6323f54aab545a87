/**
 * Every refusal Mulu can give: its stable code, the HTTP status it maps to, and what it says.
 * `docs/errors.md` lists the same codes (a test compares them). A message says what happened;
 * `details` say where, with which limit, and what to do.
 */
export const ERRORS = {
  MULU_ADMISSION: { status: 422, message: 'The join request cannot be admitted.' },
  MULU_AS_OF_TOO_FAR: {
    status: 422,
    message: 'Too much has changed since then to search as of that moment.',
  },
  MULU_AUTHENTICATION: { status: 401, message: 'This needs the access key of this node.' },
  MULU_BACKUP_ALTERED: { status: 422, message: 'A part of the backup is not as it was written.' },
  MULU_BACKUP_BROKEN_OFF: {
    status: 503,
    message: 'The backup was broken off. What was there before is as it was.',
  },
  MULU_BACKUP_CUT: { status: 422, message: 'A part of the backup ends early.' },
  MULU_BACKUP_DIGEST: {
    status: 422,
    message: 'The backup restores, but to another catalogue than it was made from.',
  },
  MULU_BACKUP_MISSING: { status: 422, message: 'A part of the backup is missing.' },
  MULU_BACKUP_NONE: { status: 404, message: 'There is no backup here.' },
  MULU_BACKUP_OTHER: { status: 409, message: 'The folder holds backups of another node.' },
  MULU_BACKUP_ROTTEN: {
    status: 409,
    message: 'Commits of this store have rotted. A backup would not be whole.',
  },
  MULU_BACKUP_SWAPPED: {
    status: 422,
    message: 'A part of the backup belongs into another place or another chain.',
  },
  MULU_BACKUP_WRITE: {
    status: 507,
    message: 'The backup could not be written. What was there before is as it was.',
  },
  MULU_BASE_UNKNOWN: {
    status: 412,
    message: 'The version this change was made on is not known here. Load the record again.',
  },
  MULU_BODY_HASH: { status: 422, message: 'The bodies do not match the hash in the header.' },
  MULU_BODY_MISSING: { status: 422, message: 'A body of the commit is missing.' },
  MULU_BODY_VOID: { status: 422, message: 'The body is not a plain writing of fields.' },
  MULU_BUNDLE_CUT: {
    status: 422,
    message: 'The file ends early. What is whole was taken; bring the rest.',
  },
  MULU_BUNDLE_DAMAGED: {
    status: 422,
    message: 'Parts of the file are damaged. What is whole was taken.',
  },
  MULU_BUNDLE_KEY: { status: 403, message: 'The file is encrypted to another key.' },
  MULU_BUNDLE_RECEIVER: { status: 422, message: 'Nothing can be made for this receiver.' },
  MULU_BUNDLE_SHAPE: { status: 422, message: 'The file is not a bundle.' },
  MULU_BUSY: { status: 409, message: 'This is already running. Wait until it has ended.' },
  MULU_CLOSED: { status: 503, message: 'This has been closed.' },
  MULU_COMMIT_CHAIN: { status: 422, message: 'The commit does not follow its parent.' },
  MULU_COMMIT_FEDERATION: { status: 422, message: 'The commit is of another federation.' },
  MULU_COMMIT_SHAPE: { status: 422, message: 'The bytes are not a commit.' },
  MULU_CONFIG: { status: 400, message: 'The configuration is not valid.' },
  MULU_DISK: { status: 507, message: 'The store could not be written. Nothing was changed.' },
  MULU_ERASURE: { status: 422, message: 'The field cannot be erased in this way.' },
  MULU_EVIDENCE: { status: 422, message: 'The evidence does not hold.' },
  MULU_EVIDENCE_SHAPE: { status: 422, message: 'This is no file of evidence, or it is damaged.' },
  MULU_EVIDENCE_SIZE: { status: 413, message: 'The evidence is larger than the limit.' },
  MULU_FEDERATION_MISMATCH: { status: 409, message: 'This is of another federation.' },
  MULU_FEED_EMPTY: { status: 422, message: 'The feed is empty (0 bytes).' },
  MULU_FEED_ENCODING: { status: 422, message: 'The feed is not UTF-8. Convert it first.' },
  MULU_FEED_FETCH: { status: 502, message: 'The feed could not be fetched.' },
  MULU_FEED_FORMAT: { status: 422, message: 'The format of the feed cannot be told.' },
  MULU_FEED_NO_DATASETS: { status: 422, message: 'The feed has no datasets.' },
  MULU_FEED_NOT_JSON: { status: 422, message: 'The feed is not JSON.' },
  MULU_FEED_SIZE: { status: 413, message: 'The feed is larger than the limit.' },
  MULU_FINGERPRINT: {
    status: 422,
    message: 'The fingerprint is not that of the federation in the ticket.',
  },
  MULU_FORK: { status: 409, message: 'Two different commits stand at one position of a log.' },
  MULU_GRANT_MISSING: { status: 403, message: 'The roster gives this writer no grant for this.' },
  MULU_IF_MATCH_MISSING: {
    status: 428,
    message: 'A change needs If-Match with the version it was made on.',
  },
  MULU_IMPORT_BUSY: {
    status: 409,
    message: 'Another import is running on this node. Wait until it has ended.',
  },
  MULU_IMPORT_DUPLICATE: { status: 422, message: 'The identifier stands twice in the feed.' },
  MULU_IMPORT_FIELD: { status: 422, message: 'A field of the record has the wrong type.' },
  MULU_IMPORT_IDENTIFIER: { status: 422, message: 'The record has no identifier.' },
  MULU_IMPORT_NUMBER: { status: 422, message: 'A number is too large to be kept exactly.' },
  MULU_IMPORT_SIZE: { status: 413, message: 'The record or one of its fields is over the limit.' },
  MULU_IMPORT_TEXT: { status: 422, message: 'A text is not well-formed Unicode.' },
  MULU_INTERNAL: { status: 500, message: 'Something went wrong inside the node.' },
  MULU_JSON: { status: 400, message: 'The request body is not JSON of the expected shape.' },
  MULU_KEEPS_ALL: {
    status: 409,
    message: 'This node keeps everything: superseded values are not dropped here.',
  },
  MULU_KEY_LOCKED: { status: 409, message: 'The key file is protected by a passphrase.' },
  MULU_KEY_NOT_BOUND: { status: 403, message: 'The roster does not bind this key to this writer.' },
  MULU_KEY_WEAK: { status: 422, message: 'The key is not an acceptable public key.' },
  MULU_LIMIT: { status: 413, message: 'Something is over a limit.' },
  MULU_LOOSENS: {
    status: 409,
    message: 'Fields would be opened by this, and no key here can close them again.',
  },
  MULU_MEDIA_TYPE: { status: 415, message: 'The request has a form this node does not read.' },
  MULU_NOT_ADMITTED: {
    status: 409,
    message: 'This node is not yet in the roster. Bring its join request to the coordinator.',
  },
  MULU_NOT_COORDINATOR: {
    status: 409,
    message: 'The root keys are not here. Run this where they are kept.',
  },
  MULU_NOT_FOUND: { status: 404, message: 'There is nothing at this address.' },
  MULU_NOT_HELD: {
    status: 409,
    message: 'A value that this needs is not held on this node.',
  },
  MULU_NOT_INITIALISED: {
    status: 409,
    message: 'The folder holds no node. Run `mulu found` or `mulu init` first.',
  },
  MULU_OFFLINE: { status: 503, message: 'The node is offline.' },
  MULU_ORDER_KEY: {
    status: 403,
    message: 'The cited roster does not name this key as administrator of the agency.',
  },
  MULU_ORDER_NUMBER: {
    status: 409,
    message: 'The administrator key has given one number to two orders.',
  },
  MULU_ORDER_OVERRULED: {
    status: 403,
    message: 'The root holders ended the administrator key and did not let this order stand.',
  },
  MULU_ORDER_REACH: { status: 403, message: 'The order reaches beyond what its agency has.' },
  MULU_ORDER_SHAPE: { status: 422, message: 'The bytes are not an order of an agency.' },
  MULU_ORDERS: { status: 422, message: 'The roster cannot be changed in this way.' },
  MULU_PARTIAL: {
    status: 409,
    message: 'This needs the whole catalogue, and this node holds a part of it.',
  },
  MULU_PASSPHRASE: { status: 403, message: 'The passphrase does not open the file.' },
  MULU_PATH: { status: 422, message: 'The path of a field is not valid.' },
  MULU_PORT_BUSY: { status: 409, message: 'The port is in use.' },
  MULU_PROFILE: { status: 422, message: 'The profile is not valid.' },
  MULU_PROFILE_MISSING: { status: 503, message: 'The profile the roster names is not here yet.' },
  MULU_PROPOSAL_OTHER: { status: 409, message: 'The files are not copies of one proposal.' },
  MULU_PROPOSAL_SHAPE: { status: 422, message: 'The bytes are not a proposed roster.' },
  MULU_QUERY: { status: 400, message: 'The query is not understood.' },
  MULU_RATE: { status: 429, message: 'Too many requests. Try again in a while.' },
  MULU_RECORD_EXISTS: { status: 409, message: 'A record with this id exists already.' },
  MULU_RECORD_ID: { status: 400, message: 'This is not the id of a record.' },
  MULU_RECORD_NOT_FOUND: { status: 404, message: 'No record has this id.' },
  MULU_RECORD_NOT_HELD: {
    status: 404,
    message: 'The record exists, and this node does not hold the records of its agency.',
  },
  MULU_REQUEST: { status: 400, message: 'The request is not one that a node can read.' },
  MULU_REQUEST_SHAPE: {
    status: 422,
    message: 'The bytes are not a request to be admitted, or to name a key.',
  },
  MULU_REVOKED: { status: 422, message: 'The commit lies beyond the end of its log.' },
  MULU_RIGHT_MISSING: { status: 403, message: 'The writer lacks the right this field needs.' },
  MULU_ROOT_KEY: { status: 422, message: 'This key is none of the root keys that sign here.' },
  MULU_ROSTER_CHAIN: { status: 422, message: 'The roster does not follow the one before it.' },
  MULU_ROSTER_FELL: { status: 422, message: 'The commit cites an older roster than its parent.' },
  MULU_ROSTER_FORK: { status: 409, message: 'Two rosters of one version exist.' },
  MULU_ROSTER_HALTED: {
    status: 409,
    message: 'Two rosters of one version exist. Until one is chosen, no later one is taken.',
  },
  MULU_ROSTER_SHAPE: { status: 422, message: 'The bytes are not a roster.' },
  MULU_ROSTER_THRESHOLD: { status: 422, message: 'Too few root keys signed the roster.' },
  MULU_ROSTER_UNKNOWN: { status: 409, message: 'The cited roster is not known here.' },
  MULU_SIGNATURE: { status: 422, message: 'The signature does not match the key.' },
  MULU_SIGNED_OTHER: {
    status: 409,
    message: 'This key has signed another roster of this version, or another order of this number.',
  },
  MULU_SNAPSHOT_NOT_KEPT: {
    status: 409,
    message: 'This node never held exactly what the snapshot covers, or holds it no longer.',
  },
  MULU_SNAPSHOT_UNKNOWN: { status: 404, message: 'No snapshot of this id is known here.' },
  MULU_SNAPSHOT_UNSETTLED: {
    status: 409,
    message: 'Too few witnesses have come to the catalogue of this snapshot.',
  },
  MULU_STALE: {
    status: 409,
    message: 'A field was changed meanwhile. Both values are in the answer; nothing was saved.',
  },
  MULU_STAMP_FELL: { status: 422, message: 'The stamp is not later than that of the parent.' },
  MULU_STORE_EXISTS: { status: 409, message: 'The folder already holds a node.' },
  MULU_STORE_LOCKED: {
    status: 409,
    message: 'Another process uses this data folder.',
  },
  MULU_STORE_VERSION: { status: 409, message: 'The store was written by another version of Mulu.' },
  MULU_SUBSCRIPTION: { status: 409, message: 'The node cannot hold a part in this way.' },
  MULU_SYNC_FRAME: { status: 422, message: 'The bytes are not a frame of the sync protocol.' },
  MULU_SYNC_ORDER: { status: 409, message: 'The frame does not fit the state of the exchange.' },
  MULU_SYNC_PART: {
    status: 422,
    message: 'The part of a commit is not the one that was asked for.',
  },
  MULU_SYNC_VERSION: { status: 409, message: 'No version of the sync protocol is shared.' },
  MULU_TICKET: { status: 422, message: 'This is not a join ticket, or it is not whole.' },
  MULU_TIMEOUT: { status: 504, message: 'The other side did not answer in time.' },
  MULU_USAGE: { status: 400, message: 'The command was not understood.' },
  MULU_WAITING_FULL: {
    status: 429,
    message: 'Too many commits of this writer wait for something that is not here.',
  },
} as const

/** A stable error code; renaming one is a breaking change. */
export type ErrorCode = keyof typeof ERRORS

/** Facts about a refusal: where, which limit, what to do. JSON only. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/** The one error class of Mulu. Callers compare `code`, never text. */
export class MuluError extends Error {
  override readonly name = 'MuluError'
  readonly code: ErrorCode
  readonly status: number
  readonly details: ErrorDetails

  constructor(code: ErrorCode, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(ERRORS[code].message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = ERRORS[code].status
    this.details = options.details ?? {}
  }
}

/** Tells whether an error, also one from another copy of this package, carries one of our codes. */
export function isMuluError(error: unknown): error is MuluError {
  return error instanceof Error && 'code' in error && Object.hasOwn(ERRORS, String(error.code))
}

/** What reading comes to; undefined where it is refused with a code, as what has rotted is. */
export function orNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isMuluError(error)) return undefined
    throw error
  }
}
