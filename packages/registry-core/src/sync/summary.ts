/** What a side says of its replica; its form stands in the header of frame.ts. */
import { HASH_BYTES, type Hash } from '../crypto.ts'
import type { CborValue } from '../encoding/cbor.ts'
import { readBoolean, readBytes, readShape, type Shape } from '../encoding/shape.ts'
import {
  readSubscription,
  type Subscription,
  subscriptionToCbor,
} from '../subscription/subscription.ts'
import {
  type GroupDigest,
  type RosterMark,
  readAddresses,
  readDigests,
  readRosterMark,
} from './frame-parts.ts'
import { type NodeReport, readReport, reportToCbor } from './report.ts'

/** What one side says of its replica to the other. */
export type Summary = {
  readonly fed: Hash
  readonly roster: RosterMark
  readonly known: readonly GroupDigest[]
  readonly accepted: readonly GroupDigest[]
  /** The digest over the orders of agencies; from version 2 on, and only where there are any. */
  readonly orders: Hash | undefined
  readonly report: NodeReport | undefined
  /** Of what the bodies are held, where that is not all; from version 3 on. */
  readonly holds?: Subscription | undefined
  readonly addresses: readonly string[]
  /** Whether all bodies up to the accepted heads are here, and stay; from version 2 on. */
  readonly archive?: boolean | undefined
}

/** What a summary and an announcement have in common. */
export type Stand = Pick<Summary, 'roster' | 'known' | 'accepted' | 'orders' | 'report' | 'holds'>

const KEYS = [
  ...['fed', 'roster', 'known', 'accepted', 'orders', 'report', 'addresses', 'archive', 'holds'],
]

/** A summary as CBOR. */
export function summaryToCbor(summary: Summary): CborValue {
  const { fed, addresses, archive } = summary
  return { ...stateToCbor(summary), fed, addresses, archive }
}

/** What a summary and an announcement have in common, as CBOR. */
export function stateToCbor(state: Stand): Record<string, CborValue | undefined> {
  return {
    roster: [state.roster.version, state.roster.hash],
    known: state.known.map((g) => [g.group, g.digest]),
    accepted: state.accepted.map((g) => [g.group, g.digest]),
    orders: state.orders,
    report: state.report === undefined ? undefined : reportToCbor(state.report),
    holds: state.holds && subscriptionToCbor(state.holds),
  }
}

/** Reads a summary out of decoded bytes; throws when it is none. */
export function readSummary(value: unknown): Summary {
  const s = readShape(value, KEYS, 'summary')
  return {
    ...readState(s),
    fed: readBytes(s['fed'], HASH_BYTES, HASH_BYTES, 'fed'),
    addresses: readAddresses(s['addresses']),
    ...(s['archive'] === undefined ? {} : { archive: readBoolean(s['archive'], 'archive') }),
  }
}

/** Reads what a summary and an announcement have in common. */
export function readState(s: Shape): Stand {
  return {
    roster: readRosterMark(s['roster']),
    known: readDigests(s['known']),
    accepted: readDigests(s['accepted']),
    orders:
      s['orders'] === undefined
        ? undefined
        : readBytes(s['orders'], HASH_BYTES, HASH_BYTES, 'orders'),
    report: s['report'] === undefined ? undefined : readReport(s['report']),
    ...(s['holds'] === undefined ? {} : { holds: readSubscription(s['holds']) }),
  }
}
