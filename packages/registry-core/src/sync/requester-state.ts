/** The state, events and effects of the side that asks. */
import type { Commit } from '../commit/commit.ts'
import type { Hash } from '../crypto.ts'
import type { ErrorCode } from '../errors.ts'
import type { LogHead, LogKey, LogPosition } from '../log/log.ts'
import type { Acceptance } from '../log/outcome.ts'
import type { Subscription } from '../subscription/subscription.ts'
import type { Commits, Frame, Part, Refuse, Request } from './frame.ts'
import type { GroupDigest, HeadNote, PeerAddresses, RosterMark } from './frame-parts.ts'
import { FIRST_PULL, type PullSize } from './pull-size.ts'
import type { NodeReport } from './report.ts'
import type { Begun } from './requester-parts.ts'
import type { Outdated } from './versions.ts'
import type { Want } from './wants.ts'

/**
 * What a requester is doing.
 *
 * idle      nothing is outstanding; the next step is decided from the state
 * hello … peers   waits for the answer to that request
 * storing   waits for the own registry, and maybe for the answer to the pull after this one
 * held      other exchanges are pulling what is missing here, or a quota lets it wait
 * outside   the roster does not list both sides: nothing but rosters moves
 * level     has what the peer has; waits for news
 * closed    over
 */
export type RequesterPhase =
  | 'idle'
  | 'hello'
  | 'rosters'
  | 'profile'
  | 'marks'
  | 'orders'
  | 'heads'
  | 'commits'
  | 'places'
  | 'statements'
  | 'digest'
  | 'peers'
  | 'storing'
  | 'held'
  | 'outside'
  | 'level'
  | 'closed'

/** What the peer said of itself last. */
export type Remote = {
  readonly roster: RosterMark
  readonly known: readonly GroupDigest[]
  readonly accepted: readonly GroupDigest[]
  readonly orders: Hash | undefined
  readonly report: NodeReport | undefined
  /** Whether it said that it keeps everything, and lacks nothing. */
  readonly archive: boolean
  /** Of what it holds the bodies, where that is not all. */
  readonly holds: Subscription | undefined
}

/** A pull that is under way: the want, where it starts, and the own head before it. */
export type Pull = {
  readonly want: Want
  readonly from: number
  readonly before: LogHead | undefined
  /** Per commit that came, the logs it names in `after`. */
  readonly named: readonly (readonly string[])[]
  /** The position of the last commit that came; 0 before any. */
  readonly last: number
}

/** A pull that was asked for while the answer before it is being stored. */
export type Ahead = {
  readonly text: string
  readonly from: number
  readonly answer: Commits | Part | undefined
}

/** The log that was asked for last, and since when no other was. */
export type Turn = { readonly text: string; readonly sinceMs: number }

/** A pull that fetches damaged commits again, up to the last damaged position in a row. */
export type Mend = { readonly log: LogKey; readonly last: number }

/** Statements beyond the fork of a log that the peer has and this node lacks. */
export type Lacking = { readonly log: LogKey; readonly places: readonly LogPosition[] }

/** How far the orders of a peer have been looked through. */
export type Ordering = { readonly numbers: readonly number[]; readonly from: number | undefined }

/** Everything a requester remembers. */
export type RequesterState = {
  readonly phase: RequesterPhase
  readonly deadlineMs: number | undefined
  readonly remote: Remote | undefined
  /** The version of the protocol that hello has come to; 0 before. */
  readonly version: number
  readonly wants: readonly Want[]
  /** Wants whose last pull changed nothing; they return when another log has moved. */
  readonly stalled: readonly Want[]
  /** Heads of logs whose bodies are held here and not by the peer: they are had from others. */
  readonly elsewhere: readonly HeadNote[]
  /** The accepted heads and what was held when the catalogue was compared last, as text. */
  readonly digestTried: string | undefined
  /** What this node held a part of, as text, when it said hello. */
  readonly heldThen: string | undefined
  readonly turn: Turn | undefined
  readonly pull: Pull | undefined
  readonly ahead: Ahead | undefined
  /** How much is asked for at once, and the commit of which a part has come. */
  readonly size: PullSize
  readonly begun: Begun | undefined
  /** How often the commit that has begun to come began anew. */
  readonly restarts: number
  /** Heads of forked logs beyond which the peer may know what counts, and what is being fetched. */
  readonly forks: readonly HeadNote[]
  readonly lacking: Lacking | undefined
  /** The bucket from which heads are still to be compared; undefined when that is done. */
  readonly compareFrom: number | undefined
  /** What was asked for last, so that nothing that failed is asked for again and again. */
  readonly rosterTried: string | undefined
  /** How far before the own next version to look for where the peer's chain left the own one. */
  readonly rosterBack: number
  readonly profileTried: Hash | undefined
  /** The digest over the peer's orders that was looked into last. */
  readonly ordersTried: string | undefined
  /** Numbers of orders still to be asked for, and the bucket from which to go on comparing. */
  readonly orders: Ordering | undefined
  /** The damaged commits that are being fetched again, and how far the peer was asked already. */
  readonly mend: Mend | undefined
  readonly mendTried: ReadonlyMap<string, number>
  /** How many more announcements the peer may have under way. */
  readonly announces: number
  /** Whether an announcement came after the last request. */
  readonly owesReady: boolean
  readonly owesPeers: boolean
}

/** The logs that a requester is pulling, so that other exchanges leave them to it. */
export function claimsOf({ pull, ahead }: RequesterState): readonly string[] {
  return [...new Set([pull?.want.text, ahead?.text])].filter((text) => text !== undefined)
}

/** What can happen to a requester. */
export type RequesterEvent =
  | { readonly type: 'start' }
  | { readonly type: 'frame'; readonly frame: Frame }
  /** Rosters, orders, a profile or a repair were offered to the registry; the first refusal, if any. */
  | { readonly type: 'stored'; readonly refusal: ErrorCode | undefined }
  | { readonly type: 'accepted'; readonly acceptances: readonly Acceptance[] }
  /** The own registry could not write; the stream ends, nobody is to blame. */
  | { readonly type: 'failed'; readonly code: ErrorCode }
  /** Another exchange has ended a pull, or the own roster has changed. */
  | { readonly type: 'changed' }
  /** Bytes of an answer have come: the line is slow, not dead. */
  | { readonly type: 'progress' }
  /** Time for a round of anti-entropy. */
  | { readonly type: 'round' }
  | { readonly type: 'tick' }

/** What a requester wants done. */
export type RequesterEffect =
  | { readonly type: 'send'; readonly frame: Request | Refuse }
  | { readonly type: 'store-rosters'; readonly rosters: readonly Uint8Array[] }
  | { readonly type: 'store-orders'; readonly orders: readonly Uint8Array[] }
  | { readonly type: 'store-profile'; readonly profile: Uint8Array }
  | {
      readonly type: 'accept'
      readonly writer: number
      readonly commits: readonly Commit[]
      /** Whether bodies may have been left out of them. */
      readonly leftOut: boolean
    }
  /** Commits that may be those that have rotted here. */
  | { readonly type: 'repair'; readonly commits: readonly Commit[] }
  | { readonly type: 'heard'; readonly remote: Remote; readonly addresses: readonly string[] }
  /** The peer keeps everything and has what stands here, up to these heads. */
  | { readonly type: 'archived'; readonly heads: readonly LogHead[] }
  /** The peer's digest over what is held here, and over its accepted heads. */
  | { readonly type: 'compared'; readonly digest: Hash | undefined; readonly accepted: Hash }
  | { readonly type: 'peers'; readonly peers: readonly PeerAddresses[] }
  | { readonly type: 'level' }
  /** The peer sent what is not to be accepted from anybody. */
  | { readonly type: 'blame'; readonly code: ErrorCode }
  /** The peer refused to go on. */
  | { readonly type: 'refused'; readonly code: string }
  /** No version of the protocol is shared, since one side is too old. */
  | { readonly type: 'unshared'; readonly outdated: Outdated }
  | { readonly type: 'close'; readonly code: ErrorCode | undefined }

/** A step of the requester. */
export type RequesterStep = readonly [state: RequesterState, effects: readonly RequesterEffect[]]

/** A requester before its first step. */
export const NEW_REQUESTER: RequesterState = {
  phase: 'idle',
  deadlineMs: undefined,
  remote: undefined,
  version: 0,
  wants: [],
  stalled: [],
  elsewhere: [],
  digestTried: undefined,
  heldThen: undefined,
  turn: undefined,
  pull: undefined,
  ahead: undefined,
  size: FIRST_PULL,
  begun: undefined,
  restarts: 0,
  forks: [],
  lacking: undefined,
  compareFrom: 0,
  rosterTried: undefined,
  rosterBack: 0,
  profileTried: undefined,
  ordersTried: undefined,
  orders: undefined,
  mend: undefined,
  mendTried: new Map(),
  announces: 0,
  owesReady: false,
  owesPeers: true,
}
