/**
 * Adds a part to a folder of backups: what is new since the last one, or everything where that
 * cannot be gone on from. The manifest comes last and is put in its place as one; so a backup that
 * is broken off at any moment leaves the chain as it was.
 */
import { randomBytes } from 'node:crypto'
import { link, mkdir, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MuluError } from '@mulu/registry-core'
import { readIntroduction } from '../bundle/block-file.ts'
import { PRIVATE_MODE, syncFolder } from '../folder/write-file.ts'
import { SOFTWARE } from '../software.ts'
import type { BackedUp, BackupOrder } from './back-up.ts'
import { type Chain, openPart, readChains } from './chain.ts'
import {
  chainName,
  type Manifest,
  manifestName,
  ordinalOfName,
  PARTS_MAX,
  partName,
  sealManifest,
} from './manifest.ts'
import type { WholeBecause } from './part-state.ts'
import { DRAFT, sweep } from './tidy.ts'
import { type DraftPart, unwritable, writePart } from './write-part.ts'

/** What to add to, and how. */
export type AddOrder = {
  /** The folder with the chains. */
  readonly dir: string
  readonly passphrase?: string
  /** Begin a new chain, whatever is there. */
  readonly whole?: boolean
  readonly onProgress?: (done: number, total: number) => void
}

/** Why a new chain was begun: what the node says, or what was seen in the folder. */
export type NewBecause = WholeBecause | 'asked' | 'damaged' | 'encryption' | 'grown'

/** What was added. */
export type Added = {
  readonly chain: string
  /** Undefined where nothing is new: the last part still holds everything. */
  readonly part: Manifest | undefined
  /** Undefined for a part that goes on from the one before. */
  readonly whole: NewBecause | undefined
  /** The part that it goes on from, or that still holds everything. */
  readonly before: Manifest | undefined
}

/** Where parts come from: the operations of a node. */
export type PartMaker = { readonly backup: (order: BackupOrder) => Promise<BackedUp> }

/** Below this size of all later parts together a chain goes on, however small its first part is. */
const GROWN_BYTES = 16_777_216
const CHAIN_ID_BYTES = 16

/**
 * Adds a part. MULU_BACKUP_OTHER or MULU_FEDERATION_MISMATCH for the folder of another node,
 * MULU_BACKUP_WRITE, MULU_BACKUP_BROKEN_OFF, MULU_BUSY when another backup was faster, and what the
 * node refuses.
 */
export async function addPart(node: PartMaker, order: AddOrder, nowMs: number): Promise<Added> {
  const { dir, passphrase } = order
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw unwritable(dir, cause)
  })
  await sweep(dir, nowMs)
  const chain = (await readChains(dir)).at(-1)
  const reason = whyNew(chain, order)
  const last = chain?.parts.at(-1)
  const made = await node.backup({
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(reason !== undefined || chain === undefined || last === undefined
      ? {}
      : { since: readIntroduction(openPart(chain, last)) }),
  })
  const draft = await writePart(made, {
    ...{ path: join(dir, `${DRAFT}${randomBytes(8).toString('hex')}`), passphrase },
    onProgress: order.onProgress ?? (() => undefined),
    check: (federation, own) => refuseOther(dir, last, federation, own),
  })
  const whole = draft.whole === undefined ? undefined : (reason ?? draft.whole)
  if (chain !== undefined && last !== undefined && whole === undefined && isSame(draft, last)) {
    await rm(draft.path)
    return { chain: chain.dir, part: undefined, whole, before: last }
  }
  return place(order, draft, whole, chain)
}

/** What speaks against going on with a chain, as far as the folder shows it. */
function whyNew(chain: Chain | undefined, order: AddOrder): NewBecause | undefined {
  const [first, ...later] = chain?.parts ?? []
  if (chain === undefined || (first === undefined && chain.fault === undefined)) return undefined
  if (order.whole === true) return 'asked'
  if (first === undefined || chain.fault !== undefined) return 'damaged'
  if (first.encrypted !== (order.passphrase !== undefined)) return 'encryption'
  const bytes = later.reduce((sum, part) => sum + part.bytes, 0)
  const isGrown = bytes > Math.max(first.bytes, GROWN_BYTES) || chain.parts.length >= PARTS_MAX
  return isGrown ? 'grown' : undefined
}

function refuseOther(
  dir: string,
  last: Manifest | undefined,
  federation: string,
  { agency, office }: Manifest['node'],
): void {
  if (last === undefined) return
  if (last.federation !== federation) {
    throw new MuluError('MULU_FEDERATION_MISMATCH', { details: { dir } })
  }
  if (last.node.agency === agency && last.node.office === office) return
  const reason = 'Give each node a folder of its own.'
  const name = `${last.node.agency} ${last.node.office}`.trim()
  throw new MuluError('MULU_BACKUP_OTHER', { details: { dir, node: name, reason } })
}

function isSame({ about, hasContent }: DraftPart, last: Manifest): boolean {
  return !hasContent && about.state === last.state && about.heads === last.heads
}

async function place(
  { dir, passphrase }: AddOrder,
  draft: DraftPart,
  whole: NewBecause | undefined,
  before: Chain | undefined,
): Promise<Added> {
  const last = whole === undefined ? before?.parts.at(-1) : undefined
  const part = (last?.part ?? 0) + 1
  const manifest = sealManifest({
    ...{ chain: last?.chain ?? randomBytes(CHAIN_ID_BYTES).toString('hex'), part },
    predecessor: last?.sum ?? null,
    ...draft.about,
    made: new Date(draft.madeMs).toISOString(),
    ...{ software: SOFTWARE, file: partName(part, draft.about.sha256) },
    encrypted: passphrase !== undefined,
  })
  try {
    const chain = last === undefined || before === undefined ? await makeChain(dir) : before.dir
    await rename(draft.path, join(chain, manifest.file))
    await putManifest(chain, manifest)
    return { chain, part: manifest, whole, before: last }
  } catch (error) {
    await rm(draft.path, { force: true })
    throw error instanceof MuluError ? error : unwritable(dir, error)
  }
}

/** The folder of the next chain; a name that was taken meanwhile is passed over. */
async function makeChain(dir: string): Promise<string> {
  const ordinals = (await readdir(dir)).map((name) => ordinalOfName(name) ?? 0)
  const path = join(dir, chainName(Math.max(0, ...ordinals) + 1))
  await mkdir(path, { mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
    throw new MuluError('MULU_BUSY', { cause, details: { dir: path } })
  })
  await syncFolder(dir)
  return path
}

/** Puts a manifest in its place whole, unless another backup has put one there before. */
async function putManifest(dir: string, manifest: Manifest): Promise<void> {
  const draft = join(dir, `${DRAFT}${manifest.sum.slice(0, 16)}`)
  const path = join(dir, manifestName(manifest.part))
  await writeFile(draft, `${JSON.stringify(manifest, null, 1)}\n`, {
    mode: PRIVATE_MODE,
    flush: true,
  })
  try {
    await link(draft, path)
    await unlink(draft)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST') {
      await rm(draft, { force: true })
      throw new MuluError('MULU_BUSY', { cause: error, details: { file: path } })
    }
    // Sticks and some network folders know no links; there a renamed file has to do.
    if (!NO_LINKS.has(code ?? '')) throw error
    await rename(draft, path)
  }
  await syncFolder(dir)
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])
