/**
 * What a proposed roster or an order would take back: the commits that would not count any more,
 * and the fields with legal effect that would be looser without them. The namespaces it touches are
 * judged once more in a scratch registry, under it as if it were signed.
 */
import {
  type Crypto,
  classOf,
  concat,
  DOMAIN,
  decodeCommit,
  decodeHeader,
  encodeCbor,
  encodeRoster,
  equalBytes,
  type JsonValue,
  type LogKey,
  logText,
  type OrderDraft,
  type Orphan,
  type Profile,
  type Proposal,
  type Registry,
  rankOf,
  readProposal,
  rosterMessage,
  type View,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { copyRosters, withScratchRegistry } from '../store/scratch-registry.ts'

/** What would be taken back. */
export type CutPreview = {
  readonly orphaned: readonly Orphan[]
  readonly loosened: readonly Loosened[]
}

/** A field that would be looser; `value` undefined stands for *removed*. */
export type Loosened = {
  readonly ns: number
  readonly rec: string
  readonly path: string
  readonly value: JsonValue | undefined
  /** Whether values of one rank hold together now, so that none of them may be superseded. */
  readonly isTied: boolean
}

const PAGE_BYTES = 4_194_304

/** What would cut a writer off, as it is given to a registry, and the messages that nobody signed. */
export type Cut = {
  readonly messages: readonly Uint8Array[]
  readonly apply: (scratch: Registry) => Promise<unknown>
}

/** The cut that a proposed roster makes. */
export function cutOfProposal(proposal: Proposal): Cut {
  return {
    messages: [rosterMessage(proposal.body)],
    apply: (scratch) => scratch.addRoster(asIfSigned(proposal)),
  }
}

/** The cut that orders make which nobody has signed yet. */
export function cutOfOrders({ orders }: OrderDraft): Cut {
  const unsigned = new Uint8Array(SIGNATURE_BYTES)
  return {
    messages: orders.map((body) => concat(DOMAIN.order, body)),
    apply: (scratch) => scratch.takeOrders(orders.map((body) => encodeCbor([body, unsigned]))),
  }
}

const SIGNATURE_BYTES = 64

/** Judges the namespaces of a writer under a cut. */
export async function previewCut(
  registry: Registry,
  cut: Cut,
  client: number,
  now: () => number,
): Promise<CutPreview> {
  const before = new Set((await registry.orphans(client)).map(keyOf))
  return withScratchRegistry({ crypto: trusting(cut.messages), now }, async (scratch) => {
    await copyRosters(registry, scratch)
    await cut.apply(scratch)
    const namespaces = new Set(
      registry.heads().flatMap(({ log }) => (log.writer === client ? [log.ns] : [])),
    )
    const logs = registry.heads().map(({ log }) => log)
    await copyLogs(
      registry,
      scratch,
      logs.filter((log) => namespaces.has(log.ns)),
    )
    const orphaned = (await scratch.orphans(client)).filter((orphan) => !before.has(keyOf(orphan)))
    return { orphaned, loosened: await loosenedBy(registry, scratch, orphaned) }
  })
}

function keyOf(orphan: Orphan): string {
  return `${logText(orphan.log)} ${Buffer.from(orphan.id).toString('hex')}`
}

/** Takes every signature under these messages for good; all others are verified. */
function trusting(messages: readonly Uint8Array[]): Crypto {
  const crypto = createCrypto()
  const isTrusted = (message: Uint8Array): boolean =>
    messages.some((each) => equalBytes(each, message))
  return {
    ...crypto,
    verifyEd25519: (key, message, signature) =>
      isTrusted(message) || crypto.verifyEd25519(key, message, signature),
    verifySm2: (key, message, signature) =>
      isTrusted(message) || crypto.verifySm2(key, message, signature),
  }
}

function asIfSigned(proposal: Proposal): Uint8Array {
  const { quorums } = readProposal(createCrypto(), proposal)
  const keys = quorums.flatMap((quorum) => quorum.keys)
  return encodeRoster(
    proposal.body,
    keys.map((key) => [key, new Uint8Array(SIGNATURE_BYTES)] as const),
  )
}

/**
 * Copies logs that wait for each other: each goes on as far as it is taken, round after round. What
 * is not taken in a whole round is not needed by anything that is.
 */
async function copyLogs(
  registry: Registry,
  scratch: Registry,
  logs: readonly LogKey[],
): Promise<void> {
  const positions = new Map<string, number>()
  for (let hasMoved = true; hasMoved; ) {
    hasMoved = false
    for (const log of logs) {
      const from = positions.get(logText(log)) ?? 1
      const reached = await copyLog(registry, scratch, log, from)
      positions.set(logText(log), reached)
      hasMoved ||= reached > from
    }
  }
}

/** Copies a log from a position on; gives the position after the last one that was taken. */
async function copyLog(
  registry: Registry,
  scratch: Registry,
  log: LogKey,
  start: number,
): Promise<number> {
  let from = start
  for (let more = true; more; ) {
    const page = await registry.readLog(log, from, PAGE_BYTES)
    for (const bytes of page.commits) {
      const commit = decodeCommit(bytes)
      const [acceptance] = await scratch.accept([commit])
      if (acceptance?.outcome.kind === 'dropped') return from
      from = decodeHeader(commit.header).seq + 1
    }
    more = page.more
  }
  return from
}

async function loosenedBy(
  registry: Registry,
  scratch: Registry,
  orphaned: readonly Orphan[],
): Promise<readonly Loosened[]> {
  const { profile } = registry
  if (profile === undefined) return []
  const touched = new Map<string, { readonly ns: number; readonly rec: string }>()
  for (const { log, entries } of orphaned) {
    if (log.aud !== 1) continue
    for (const { rec } of entries) touched.set(`${log.ns}/${rec}`, { ns: log.ns, rec })
  }
  const loosened: Loosened[] = []
  for (const { ns, rec } of touched.values()) {
    const [kind = '', local = ''] = rec.split('/')
    const id = { ns, kind, local }
    const now = await registry.catalogue.record(id)
    const then = await scratch.catalogue.record(id)
    if (now === undefined || then === undefined) continue
    loosened.push(...looserFields(profile, ns, rec, now, then))
  }
  return loosened
}

function looserFields(
  profile: Profile,
  ns: number,
  rec: string,
  now: View,
  then: View,
): readonly Loosened[] {
  const { kind } = now
  const paths = new Set([
    ...[now, then].flatMap((view) => [
      ...Object.keys(view.fields),
      ...view.conflicts.map(({ path }) => path),
    ]),
  ])
  return [...paths]
    .filter((path) => classOf(profile, kind, path) === 1)
    .filter((path) => rankIn(profile, then, path) < rankIn(profile, now, path))
    .sort()
    .map((path) => ({ ns, rec, path, ...inForce(profile, now, path) }))
}

/** The values of a field: those in conflict, else the one, else none. */
function valuesIn(view: View, path: string): readonly (JsonValue | undefined)[] {
  const conflict = view.conflicts.find((each) => each.path === path)
  if (conflict === undefined) return [view.fields[path]]
  return conflict.values.map(({ value, removed }) => (removed ? undefined : value))
}

function rankIn(profile: Profile, view: View, path: string): number {
  const ranks = valuesIn(view, path).map((value) => rankOf(profile, view.kind, path, value))
  return Math.max(...ranks)
}

function inForce(
  profile: Profile,
  view: View,
  path: string,
): { readonly value: JsonValue | undefined; readonly isTied: boolean } {
  const highest = rankIn(profile, view, path)
  const strictest = valuesIn(view, path).filter(
    (value) => rankOf(profile, view.kind, path, value) === highest,
  )
  return { value: strictest[0], isTied: strictest.length > 1 }
}
