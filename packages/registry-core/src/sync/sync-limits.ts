/** Limits of the sync protocol that no other part shares, with unit and reason. */

/** Groups of logs one summary names; a node shares few namespaces with any one peer. */
export const GROUPS_MAX = 4_096
/** [SY4] Heads one announcement names; what is more is found by comparing buckets. */
export const ANNOUNCED_HEADS_MAX = 16
/** Buckets by which heads are compared. */
export const BUCKETS = 256
/** Heads in one answer; about 70 bytes each, so that they fit one frame. */
export const HEADS_MAX = 14_000
/** Commit bytes asked for at once; the rest of a frame is left to CBOR and one large commit. */
export const PULL_BYTES_MAX = 1_000_000
/** [SY32] What is asked for first: 64 kbit/s carry it, packed, in 3 to 8 s. */
export const PULL_BYTES_FIRST = 65_536
/** [SY32] Less than this is never asked for: what a request costs would be felt. */
export const PULL_BYTES_MIN = 8_192
/** [SY32] How long an answer should take, in milliseconds: what a cut costs. */
export const PULL_AIM_MS = 4_000
/** [SY13] How long a log is pulled before others of its rank have their turn, in milliseconds. */
export const TURN_MS = 10_000
/** [SY35] How often a commit may begin to come anew, since its wire form is another by now. */
export const RESTARTS_MAX = 4
/** Commits in one frame; the smallest commit takes about 300 bytes. */
export const COMMITS_MAX = 8_192
/** Roster versions in one frame. */
export const ROSTERS_MAX = 1_024
/** Marks of orders in one answer; about 40 bytes each, so that they fit one frame. */
export const ORDER_MARKS_MAX = 16_384
/** Orders in one frame, and numbers asked for at once. */
export const ORDERS_IN_FRAME_MAX = 1_024
/** Peers one node tells another about. */
export const PEERS_MAX = 64
/** Addresses of one peer. */
export const ADDRESSES_MAX = 8
/** Length of one address as text. */
export const ADDRESS_TEXT_MAX = 256
/** Protocol versions a hello may offer. */
export const VERSIONS_MAX = 16
/** The versions of the protocol that this software speaks; what came with each stands in frame.ts. */
export const SYNC_VERSIONS: readonly number[] = [1, 2, 3]
/** The version from which on orders of agencies are exchanged. */
export const ORDERS_VERSION = 2
/** The version from which on commits may travel in parts. */
export const PARTS_VERSION = 2
/** The version from which on superseded bodies may be left out. */
export const BODIES_VERSION = 2
/** The version from which on a node says that it holds a part, and headers may travel alone. */
export const PARTIAL_VERSION = 3
/**
 * Announcements that can be under way to a requester: one, and one more for each request that
 * crossed it (`ready` has no answer, so that several requests can).
 */
export const ANNOUNCES_MAX = 4
/** How long an answer may bring nothing before the stream is given up, in milliseconds. */
export const ANSWER_TIMEOUT_MS = 30_000
/**
 * Bytes of an answer that count as getting on: at most this in ANSWER_TIMEOUT_MS is a line that
 * carries nothing, or a peer that wants to be waited for.
 */
export const PROGRESS_BYTES = 4_096
/** How long a requester may be silent before its stream is given up, in milliseconds. */
export const SILENCE_TIMEOUT_MS = 300_000
