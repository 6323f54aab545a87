/**
 * Makes a folder from a backup: everything passes `accept` again, the logs have to come to where
 * the backup says they stood, and new keys continue the writer this was. Whole or not at all: it is
 * built beside the folder and put in its place last.
 */
import { mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  BundleIntake,
  type BundleTally,
  equalBytes,
  hashToText,
  logText,
  MuluError,
} from '@mulu/registry-core'
import type { BlockEvent } from '../bundle/block-file.ts'
import type { Clock } from '../clock.ts'
import { createCrypto } from '../crypto.ts'
import { predecessorOf, renewKeys } from '../federation/succession.ts'
import { type DataFolder, dataFolder } from '../folder/data-folder.ts'
import { type NodeConfig, parseNodeConfig, writeNodeConfig } from '../folder/node-config.ts'
import { isNoFile } from '../folder/write-file.ts'
import { type NodeStore, openNodeStore } from '../store/node-store.ts'
import { putRows } from '../store/work-rows.ts'
import { type PartSource, refusal } from './part-source.ts'
import { type PartState, readState } from './part-state.ts'
import { takeSubscription } from './subscription-part.ts'

/** What to restore, and into which folder. */
export type RestoreOrder = {
  /** The whole part first, then those that follow it. */
  readonly parts: readonly PartSource[]
  readonly dir: string
  readonly passphrase?: string
  /** Protects the new keys. */
  readonly keyPassphrase?: string
  /** Told of commits, where the parts say how many they have. */
  readonly onProgress?: (done: number, total: number) => void
}

/** What was restored, and what comes next. */
export type Restored = {
  readonly commits: number
  readonly records: number
  readonly digest: string
  /** Whether that is the digest of the node when it was backed up; null where it said none. */
  readonly isSame: boolean | null
  /** The writer that the new keys continue. */
  readonly continues: number
  readonly joinRequest: string
  readonly madeMs: number
}

/**
 * Restores; MULU_STORE_EXISTS, MULU_BUNDLE_CUT, MULU_BUNDLE_DAMAGED, what opening refuses and what
 * reading the parts ends with.
 */
export async function restoreBackup(order: RestoreOrder, clock: Clock): Promise<Restored> {
  const dir = resolve(order.dir)
  await refuseUnlessEmpty(dir)
  const draft = await mkdtemp(join(dirname(dir), '.mulu-restore-'))
  try {
    const restored = await restoreInto(dataFolder(draft), order, clock)
    await rmdir(dir).catch((error: unknown) => {
      if (!isNoFile(error)) throw error
    })
    await rename(draft, dir)
    return { ...restored, joinRequest: dataFolder(dir).joinRequest }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

async function refuseUnlessEmpty(dir: string): Promise<void> {
  const names = await readdir(dir).catch((error: unknown): readonly string[] => {
    if (isNoFile(error)) return []
    throw error
  })
  if (names.length > 0) throw new MuluError('MULU_STORE_EXISTS', { details: { dir } })
}

async function restoreInto(
  folder: DataFolder,
  order: RestoreOrder,
  clock: Clock,
): Promise<Restored> {
  await using store = await openNodeStore(folder, clock)
  const { registry } = store
  const taken = await takeAll(store, folder, order)
  const last = taken.at(-1)
  if (last === undefined) throw refusal('MULU_BUNDLE_CUT')
  const tallies: BundleTally[] = []
  for (const { intake } of taken) tallies.push(await intake.tally())
  checkWhole(store, last.intake, tallies)
  const sender = last.intake.from?.sender ?? 0
  await writeNodeConfig(folder, last.config)
  const { config } = last
  const made = await renewKeys(folder, config, predecessorOf(registry, sender), order.keyPassphrase)
  const digest = hashToText(await registry.catalogueDigest())
  const said = last.state?.digest ?? null
  return {
    ...made,
    commits: tallies.reduce((sum, tally) => sum + tally.new + tally.waiting, 0),
    records: registry.totals().records,
    digest,
    isSame: said === null ? null : said === digest,
    madeMs: last.intake.from?.madeMs ?? 0,
  }
}

/** A part that was taken in. */
type Taken = {
  readonly intake: BundleIntake
  readonly config: NodeConfig
  /** Undefined in backups of software that did not write it. */
  readonly state: PartState | undefined
}

async function takeAll(
  store: NodeStore,
  folder: DataFolder,
  { parts, passphrase, onProgress }: RestoreOrder,
): Promise<readonly Taken[]> {
  const total = parts.reduce((sum, { commits = 0 }) => sum + commits, 0)
  let done = 0
  const taken: Taken[] = []
  for (const part of parts) {
    const events = part.read(passphrase)
    const next = await takePart(store, folder, events, (commits) => {
      done += commits
      onProgress?.(done, Math.max(done, total))
    })
    if (taken.length === 0 && next.state !== undefined && next.state.whole === undefined) {
      const reason = 'It is a later part of a chain. Name the folder of the chain.'
      throw new MuluError('MULU_BACKUP_MISSING', { details: { reason } })
    }
    taken.push(next)
  }
  return taken
}

async function takePart(
  store: NodeStore,
  folder: DataFolder,
  events: AsyncIterable<BlockEvent>,
  onCommits: (count: number) => void,
): Promise<Taken> {
  const intake = new BundleIntake({ registry: store.registry, crypto: createCrypto(), isOwn: true })
  let config: NodeConfig | undefined
  let state: PartState | undefined
  for await (const event of events) {
    if (event.type !== 'part') continue
    const { part } = event
    await intake.take(part)
    if (part.t === 'commits') onCommits(part.commits.length)
    if (part.t !== 'rows') continue
    if (part.name === 'config') config = parseNodeConfig(part.rows[0]?.[1] ?? '', folder.config)
    await takeSubscription(store.registry, part)
    if (part.name === 'work') await putRows(await store.registry.database(), part.rows)
    state ??= readState(part)
  }
  if (!intake.isWhole) throw refusal('MULU_BUNDLE_CUT')
  if (config !== undefined) return { intake, config, state }
  const reason = 'It is a bundle for other nodes, and no backup. Use mulu bundle import.'
  throw new MuluError('MULU_BUNDLE_SHAPE', { details: { reason } })
}

/** The logs stand where the backup, signed by its writer, says they stood. */
function checkWhole(
  { registry }: NodeStore,
  { carried }: BundleIntake,
  tallies: readonly BundleTally[],
): void {
  const heads = new Map(registry.heads().map((head) => [logText(head.log), head]))
  const off = carried?.heads.find(({ log, accepted }) => {
    const found = heads.get(logText(log))?.accepted
    return found === undefined
      ? accepted.seq > 0
      : found.seq !== accepted.seq || !equalBytes(found.id, accepted.id)
  })
  const missed = tallies.reduce((sum, { refused, postponed }) => sum + refused + postponed, 0)
  if (carried === undefined || off !== undefined || missed > 0) {
    throw refusal('MULU_BUNDLE_DAMAGED')
  }
}
