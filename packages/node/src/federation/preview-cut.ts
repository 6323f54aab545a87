/**
 * What a proposed roster would take back: the commits that would not count any more, and the
 * fields with legal effect that would be looser without them. The namespaces it touches are judged
 * once more in a scratch registry, under the proposal as if it were signed.
 */
import {
  type Crypto,
  classOf,
  decodeCommit,
  decodeHeader,
  encodeRoster,
  equalBytes,
  type JsonValue,
  type LogKey,
  logText,
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

/** Judges the namespaces of a writer under a proposal. */
export async function previewCut(
  registry: Registry,
  proposal: Proposal,
  client: number,
  now: () => number,
): Promise<CutPreview> {
  const before = new Set((await registry.orphans(client)).map(keyOf))
  return withScratchRegistry({ crypto: trusting(proposal), now }, async (scratch) => {
    await copyRosters(registry, scratch)
    await scratch.addRoster(asIfSigned(proposal))
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

/** Takes every signature under this one body for good; all others are verified. */
function trusting(proposal: Proposal): Crypto {
  const crypto = createCrypto()
  const trusted = rosterMessage(proposal.body)
  return {
    ...crypto,
    verifyEd25519: (key, message, signature) =>
      equalBytes(message, trusted) || crypto.verifyEd25519(key, message, signature),
    verifySm2: (key, message, signature) =>
      equalBytes(message, trusted) || crypto.verifySm2(key, message, signature),
  }
}

function asIfSigned(proposal: Proposal): Uint8Array {
  const { quorums } = readProposal(createCrypto(), proposal)
  const keys = quorums.flatMap((quorum) => quorum.keys)
  return encodeRoster(
    proposal.body,
    keys.map((key) => [key, new Uint8Array(64)] as const),
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
