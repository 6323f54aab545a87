/**
 * What goes into a bundle: the same rule of who may hold what as between connected nodes, and only
 * what the receiver's own heads, brought by its last bundle, do not have.
 */
import { audienceText } from '../commit/audience.ts'
import type { Crypto, Hash, Signer } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import { type LogHead, type LogKey, type LogPosition, logText } from '../log/log.ts'
import type { Registry } from '../registry.ts'
import type { Roster } from '../roster/roster.ts'
import { mayHold } from '../sync/audience-rule.ts'
import type { RosterMark } from '../sync/frame-parts.ts'
import { headNote } from '../sync/heads-index.ts'
import { ownRosterMark } from '../sync/sync-context.ts'
import { ORDERS_IN_FRAME_MAX, PULL_BYTES_MAX, ROSTERS_MAX } from '../sync/sync-limits.ts'
import { startOf } from '../sync/wants.ts'
import { inCausalOrder, type LogRange } from './causal-order.ts'
import { pagesOf } from './pages.ts'
import {
  encodePart,
  HEADS_PARTS_MAX,
  headsHash,
  PART_HEADS_MAX,
  type Part,
  signFrom,
} from './part.ts'

/** Whose logs a bundle holds. */
export type BundleAim =
  /** What the node of a writer may hold. */
  | { readonly for: number }
  /** What every member may hold. */
  | { readonly for: 'members' }
  /** All that is here, for the node's own backup. */
  | { readonly for: 'self' }

/** What a node said it had. */
export type Carried = {
  readonly roster: RosterMark
  /** The digest over its orders; undefined when it had none. */
  readonly orders: Hash | undefined
  readonly heads: readonly LogHead[]
}

/** What making a bundle needs. */
export type BundleContext = {
  readonly registry: Registry
  readonly crypto: Crypto
  readonly nowMs: number
  /** Up to where the logs go in, where that was decided before: as they stand now without it. */
  readonly heads?: readonly LogHead[]
  /** The key of the own writer; undefined while the roster lists none. */
  readonly signer: Signer | undefined
}

/** A bundle before it is made: how many commits it carries, and its parts. */
export type BundleContents = {
  readonly commits: number
  /** How many parts stand before what is carried: who made it, and what that one has. */
  readonly introduction: number
  readonly parts: () => AsyncGenerator<Part>
}

/** Raw bytes of commits in one part; small enough to lose little, large enough to pack well. */
const COMMITS_BYTES = 262_144
const COMMITS_COUNT = 1_024

/** Decides what goes into a bundle, at this moment; `rows` is what the shell adds to a backup. */
export async function bundleContents(
  context: BundleContext,
  aim: BundleAim,
  since: Carried | undefined,
  rows: () => AsyncIterable<Part> = noRows,
): Promise<BundleContents> {
  const { registry } = context
  const { federation, roster } = registry
  if (federation === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  const heads = (context.heads ?? registry.heads()).filter(({ log }) => isHeld(roster, aim, log))
  // Before anything is waited for: what comes later would judge the logs otherwise than the heads.
  const introduction = introductionOf(context, federation, aim, heads)
  const rosters = rostersAfter(registry.rosters, since?.roster)
  const orders = ordersFor(registry, since)
  const beyond = statementsFor(registry, heads, since)
  // For others a header without its body would be something to be lacked.
  const carriable = aim.for === 'self' ? heads : heads.filter(({ log }) => holds(registry, log))
  const ranges = await rangesOf(registry, carriable, since, aim)
  const commits =
    ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0) +
    beyond.reduce((sum, { places }) => sum + places.length, 0)
  const parts = async function* parts(): AsyncGenerator<Part> {
    yield* introduction
    yield* rosterParts(registry, rosters)
    yield* orderParts(orders)
    yield* rows()
    let carried = 0
    for await (const part of commitParts(registry, ranges, beyond)) {
      carried += part.commits.length
      yield part
    }
    yield { t: 'end', commits: carried }
  }
  return { commits, introduction: introduction.length, parts }
}

function holds({ holding }: Registry, log: LogKey): boolean {
  return holding.isWhole || holding.holds(log)
}

async function* noRows(): AsyncGenerator<Part> {
  // What only the shell keeps stays out of bundles for others.
}

function isHeld(roster: Roster | undefined, aim: BundleAim, log: LogHead['log']): boolean {
  if (aim.for === 'self') return true
  if (aim.for === 'members') return log.aud === 1
  return roster !== undefined && mayHold(roster.state, aim.for, log)
}

function introductionOf(
  { registry, crypto, nowMs, signer }: BundleContext,
  fed: Hash,
  aim: BundleAim,
  heads: readonly LogHead[],
): readonly Part[] {
  const told: Part[] = []
  for (let at = 0; at < heads.length && told.length < HEADS_PARTS_MAX; at += PART_HEADS_MAX) {
    told.push({ t: 'heads', heads: heads.slice(at, at + PART_HEADS_MAX) })
  }
  const author = registry.author
  const from = {
    t: 'from' as const,
    ...{ fed, madeMs: nowMs, sender: author?.client ?? 0 },
    to: typeof aim.for === 'number' ? aim.for : 0,
    roster: ownRosterMark(registry),
    ...(hasOrders(registry) ? { orders: registry.ordersDigest() } : {}),
    heads: told.map((part) => headsHash(crypto, encodePart(part))),
  }
  return [signFrom(from, author === undefined ? undefined : signer), ...told]
}

/** Versions the receiver does not have; all of them where it stands elsewhere. */
function rostersAfter(
  rosters: readonly Roster[],
  theirs: RosterMark | undefined,
): readonly Roster[] {
  const own = rosters[(theirs?.version ?? 0) - 1]
  const isShared = own !== undefined && theirs !== undefined && equalBytes(own.hash, theirs.hash)
  return isShared ? rosters.slice(theirs.version) : rosters
}

function lengthOf(bytes: Uint8Array): number {
  return bytes.length
}

async function* rosterParts(registry: Registry, rosters: readonly Roster[]): AsyncGenerator<Part> {
  const limits = { bytes: PULL_BYTES_MAX, count: ROSTERS_MAX }
  const versions = rosters.map(({ bytes }) => bytes)
  for await (const page of pagesOf(versions, lengthOf, limits))
    yield { t: 'rosters', rosters: page }
  const named = new Map(rosters.map(({ state }) => [toHex(state.profile.hash), state.profile.hash]))
  for (const hash of named.values()) {
    const profile = await registry.profileBytes(hash)
    if (profile !== undefined) yield { t: 'profile', profile }
  }
}

function hasOrders(registry: Registry): boolean {
  return registry.sharedOrders().marks.length > 0
}

/** All orders, unless the receiver said that it has the same. */
function ordersFor(registry: Registry, since: Carried | undefined): readonly Uint8Array[] {
  const theirs = since?.orders
  if (theirs !== undefined && equalBytes(theirs, registry.ordersDigest())) return []
  return [...registry.sharedOrders().byNumber.values()].flat().map(({ bytes }) => bytes)
}

async function* orderParts(orders: readonly Uint8Array[]): AsyncGenerator<Part> {
  const limits = { bytes: PULL_BYTES_MAX, count: ORDERS_IN_FRAME_MAX }
  for await (const page of pagesOf(orders, lengthOf, limits)) yield { t: 'orders', orders: page }
}

/** What of each log goes into the bundle. */
async function rangesOf(
  registry: Registry,
  heads: readonly LogHead[],
  since: Carried | undefined,
  aim: BundleAim,
): Promise<readonly LogRange[]> {
  const theirs = new Map(since?.heads.map((head) => [logText(head.log), head]))
  const floors = new Map(heads.map(({ log, floor }) => [logText(log), floor]))
  // What the bundle brings moves the receiver's floors to where they are here.
  const raised = since?.heads.map((head) => ({
    ...head,
    floor: Math.max(head.floor, floors.get(logText(head.log)) ?? 0),
  }))
  const context = { heads: raised ?? [], replica: { roster: registry.roster } }
  const ranges: LogRange[] = []
  for (const head of heads) {
    const to = Math.max(head.known.seq, head.forkedAt ?? 0)
    // Where both know a fork, what stands tells of one below it, and not all that is known.
    const start = startOf(context, head) ?? startOf(context, headNote(head))
    if (start === undefined) continue
    const isShared = await hasCommit(registry, head, theirs.get(logText(head.log)))
    const needed = aim.for === 'self' ? { needed: head.accepted.seq } : {}
    ranges.push({ log: head.log, from: isShared ? start : 1, to, ...needed })
  }
  return ranges.filter(({ from, to }) => from <= to)
}

/** Whether the receiver stands on a commit that is here too; else where it left is not known. */
async function hasCommit(
  registry: Registry,
  { log, known }: LogHead,
  theirs: LogHead | undefined,
): Promise<boolean> {
  if (theirs === undefined || theirs.known.seq === 0 || theirs.known.seq > known.seq) return true
  const found = await registry.commitsAt(log, theirs.known.seq)
  return found.some(({ id }) => equalBytes(id, theirs.known.id))
}

/** Snapshots and receipts of a log that count beyond its fork. */
type Beyond = { readonly log: LogKey; readonly places: readonly LogPosition[] }

/** What of forked logs goes in beside the branch that stands, where the receiver has not all of it. */
function statementsFor(
  { statements }: Registry,
  heads: readonly LogHead[],
  since: Carried | undefined,
): readonly Beyond[] {
  const theirs = new Map(since?.heads.map((head) => [logText(head.log), head.statements]))
  return heads.flatMap((head) => {
    const told = theirs.get(logText(head.log))
    if (head.statements === undefined) return []
    if (told !== undefined && equalBytes(told, head.statements)) return []
    return [{ log: head.log, places: statements.placesBeyond(head.log) }]
  })
}

async function* statementsOf(
  { statements }: Registry,
  { log, places }: Beyond,
): AsyncGenerator<Uint8Array> {
  for (const place of places) yield* await statements.read(log, [place], PULL_BYTES_MAX)
}

type Commits = Extract<Part, { t: 'commits' }>

async function* commitParts(
  registry: Registry,
  ranges: readonly LogRange[],
  beyond: readonly Beyond[],
): AsyncGenerator<Commits> {
  const scopes = new Map<string, LogRange[]>()
  for (const range of ranges) {
    const scope = `${range.log.ns}/${audienceText(range.log.aud)}`
    scopes.set(scope, [...(scopes.get(scope) ?? []), range])
  }
  const all = async function* all(): AsyncGenerator<Uint8Array> {
    for (const scope of scopes.values()) yield* inCausalOrder(registry, scope)
    for (const each of beyond) yield* statementsOf(registry, each)
  }
  const limits = { bytes: COMMITS_BYTES, count: COMMITS_COUNT }
  for await (const page of pagesOf(all(), lengthOf, limits)) yield { t: 'commits', commits: page }
}
