/**
 * Every limit that more than one place shares, with its unit and its reason.
 * Limits on a header or a body bind every node alike and come from the bytes alone (DESIGN 2.3);
 * limits marked "author" bind only the node that is about to sign.
 */

/** [LM1] A commit header is at most this long, so that headers of a range fit memory and frames. */
export const HEADER_BYTES_MAX = 65_536
/** [LM2] A commit changes at most this many records, so that one signature covers one batch. */
export const ENTRIES_MAX = 512
/** [LM3] One entry writes at most this many slots. */
export const SLOTS_MAX = 1_024
/** [LM4] One body is at most this long, salt not counted. */
export const BODY_BYTES_MAX = 262_144
/** [LM5] All bodies of a commit together; header, bodies and signature then fit one frame. */
export const COMMIT_BODIES_BYTES_MAX = 917_504
/** [LM6] A value nests at most this deep, so that no verdict depends on a machine's stack. */
export const VALUE_DEPTH_MAX = 16
/** [LM7] Author: one field value as JSON; larger ones are blobs. */
export const VALUE_BYTES_MAX = 16_384
/** [LM8] Author: all field values of one record as JSON. */
export const RECORD_BYTES_MAX = 262_144
/** [LM9] One frame of the sync protocol; a longer one closes the stream. */
export const FRAME_BYTES_MAX = 1_048_576
/** [LM10] Commits of one log that wait for something missing; more are refused until some apply. */
export const WAITING_MAX = 1_024
/** [LM20] Commits of one writer that wait, in all its logs together, as for LM10. */
export const WAITING_PER_WRITER_MAX = 4_096
/** [LM11] Namespaces a listed audience may name. */
export const AUDIENCE_NAMESPACES_MAX = 16
/** [LM12] The own clock never follows a stamp more than this far ahead, in milliseconds. */
export const CLOCK_LEAD_MAX_MS = 600_000
/** [LM13] Salt before each body, in bytes; it keeps short bodies from being guessed by hash. */
export const SALT_BYTES = 16
/** [LM14] A feed that is imported as a whole, in bytes. */
export const FEED_BYTES_MAX = 268_435_456
/** [LM15] Records on one page of a listing. */
export const PAGE_RECORDS_MAX = 100
/** [LM16] Changes in one roster version. */
export const ROSTER_CHANGES_MAX = 4_096
/** [LM17] One roster version, in bytes; it travels in one frame. */
export const ROSTER_BYTES_MAX = 983_040
/** [LM18] One profile, in bytes; it travels in one frame. */
export const PROFILE_BYTES_MAX = 983_040
/** [LM19] Arrays and maps of a signed format or a frame nest at most this deep, as for LM6. */
export const CBOR_DEPTH_MAX = 16
/** [LM21] One commit in wire form: header, signature and bodies with their heads. */
export const COMMIT_BYTES_MAX: number = HEADER_BYTES_MAX + COMMIT_BODIES_BYTES_MAX + 65_536
/** [LM22] One file of evidence, in bytes; it is read as a whole. */
export const EVIDENCE_BYTES_MAX = 134_217_728
/** [LM23] Commits in one file of evidence. */
export const EVIDENCE_COMMITS_MAX = 1_048_576
/** [LM24] Digest trees kept for proofs; each costs what changed since the one before it. */
export const KEPT_TREES_MAX = 64
/** [LM25] Bodies that one commit orders to be erased; its header then fits beside what is left. */
export const ORDERS_MAX = 24
/** [AK8] Numbers that one administrator key can give to orders, so that a stolen one fills no store. */
export const ORDERS_PER_KEY_MAX = 1_024
/** [AK1] One order of an agency in wire form, in bytes. */
export const ORDER_BYTES_MAX = 16_384
