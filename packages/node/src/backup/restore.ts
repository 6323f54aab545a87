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
  type ErrorCode,
  equalBytes,
  hashToText,
  logText,
  MuluError,
  type Part,
  type Row,
} from '@mulu/registry-core'
import { readBlocks } from '../bundle/block-file.ts'
import type { Clock } from '../clock.ts'
import { createCrypto } from '../crypto.ts'
import { predecessorOf, renewKeys } from '../federation/succession.ts'
import { type DataFolder, dataFolder } from '../folder/data-folder.ts'
import { type NodeConfig, parseNodeConfig, writeNodeConfig } from '../folder/node-config.ts'
import { isNoFile } from '../folder/write-file.ts'
import { type NodeStore, openNodeStore } from '../store/node-store.ts'

/** What to restore, and into which folder. */
export type RestoreOrder = {
  readonly source: AsyncIterable<Uint8Array>
  readonly dir: string
  readonly passphrase?: string
  /** Protects the new keys. */
  readonly keyPassphrase?: string
}

/** What was restored, and what comes next. */
export type Restored = {
  readonly commits: number
  readonly records: number
  readonly digest: string
  /** The writer that the new keys continue. */
  readonly continues: number
  readonly joinRequest: string
  readonly madeMs: number
}

/** Restores; MULU_STORE_EXISTS, MULU_BUNDLE_CUT, MULU_BUNDLE_DAMAGED, and what opening refuses. */
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
  const intake = new BundleIntake({ registry, crypto: createCrypto(), isOwn: true })
  const config = await takeAll(store, folder, intake, order)
  const tally = await intake.tally()
  checkWhole(store, intake, tally)
  const sender = intake.from?.sender ?? 0
  await writeNodeConfig(folder, config)
  const made = await renewKeys(folder, config, predecessorOf(registry, sender), order.keyPassphrase)
  return {
    ...made,
    commits: tally.new + tally.waiting,
    records: registry.totals().records,
    digest: hashToText(await registry.catalogueDigest()),
    madeMs: intake.from?.madeMs ?? 0,
  }
}

async function takeAll(
  store: NodeStore,
  folder: DataFolder,
  intake: BundleIntake,
  { source, passphrase }: RestoreOrder,
): Promise<NodeConfig> {
  let config: NodeConfig | undefined
  for await (const event of readBlocks(source, { passphrase })) {
    if (event.type === 'cut') throw refusal('MULU_BUNDLE_CUT')
    if (event.type === 'damaged') throw refusal('MULU_BUNDLE_DAMAGED')
    const { part } = event
    await intake.take(part)
    if (part.t !== 'rows') continue
    if (part.name === 'config') config = parseNodeConfig(part.rows[0]?.[1] ?? '', folder.config)
    else await putRows(store, part)
  }
  if (!intake.isWhole) throw refusal('MULU_BUNDLE_CUT')
  if (config !== undefined) return config
  const reason = 'It is a bundle for other nodes, and no backup. Use mulu bundle import.'
  throw new MuluError('MULU_BUNDLE_SHAPE', { details: { reason } })
}

async function putRows(
  { registry }: NodeStore,
  { name, rows }: Extract<Part, { t: 'rows' }>,
): Promise<void> {
  if (name !== 'work') return
  const work = (await registry.database()).sublevel<string, string>('work', {})
  await work.batch(rows.map(([key, value]: Row) => ({ type: 'put' as const, key, value })))
}

/** The logs stand where the backup, signed by its writer, says they stood. */
function checkWhole(
  { registry }: NodeStore,
  { carried }: BundleIntake,
  { refused, postponed }: BundleTally,
): void {
  const heads = new Map(registry.heads().map((head) => [logText(head.log), head]))
  const off = carried?.heads.find(({ log, accepted }) => {
    const found = heads.get(logText(log))?.accepted
    return found === undefined
      ? accepted.seq > 0
      : found.seq !== accepted.seq || !equalBytes(found.id, accepted.id)
  })
  if (carried === undefined || off !== undefined || refused + postponed > 0) {
    throw refusal('MULU_BUNDLE_DAMAGED')
  }
}

function refusal(code: ErrorCode): MuluError {
  return new MuluError(code, { details: { reason: 'Nothing was restored. Use another copy.' } })
}
