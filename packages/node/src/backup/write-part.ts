/**
 * Writes a part as it comes from the node into a draft, and reads it again on the way: every block
 * has to open, the last one has to come, and what the manifest says is what stands there.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { canonicalJson, hashToText, isMuluError, MuluError, type Part } from '@mulu/registry-core'
import { readBlocks } from '../bundle/block-file.ts'
import { parseNodeConfig } from '../folder/node-config.ts'
import { PRIVATE_MODE } from '../folder/write-file.ts'
import type { BackedUp } from './back-up.ts'
import { hashed } from './hash-file.ts'
import { type Manifest, sha256 } from './manifest.ts'
import { type PartState, readState, type WholeBecause } from './part-state.ts'

/** A part in a draft, on disk: what its manifest says of it, and why it is whole. */
export type DraftPart = {
  readonly path: string
  readonly madeMs: number
  readonly whole: WholeBecause | undefined
  /** Whether it holds anything that its state does not tell. */
  readonly hasContent: boolean
  readonly about: Pick<
    Manifest,
    'federation' | 'node' | 'bytes' | 'sha256' | 'commits' | 'heads' | 'digest' | 'erased' | 'state'
  >
}

/** How a draft is written. */
export type WriteOrder = {
  readonly path: string
  readonly passphrase: string | undefined
  readonly onProgress: (done: number, total: number) => void
  /** Looks at the identity of the node, before much is written. */
  readonly check: (federation: string, node: Manifest['node']) => void
}

/**
 * Writes a draft; nothing is left of it where this fails. MULU_BACKUP_WRITE when the folder takes
 * no more, MULU_BACKUP_BROKEN_OFF when the node ends early.
 */
export async function writePart(made: BackedUp, order: WriteOrder): Promise<DraftPart> {
  const { path, passphrase } = order
  const file = await open(path, 'wx', PRIVATE_MODE).catch((cause: unknown) => {
    throw unwritable(path, cause)
  })
  try {
    const hash = createHash('sha256')
    const reading = new PartReading(made.commits, order)
    const bytes = { written: 0 }
    const chunks = written(hashed(made.chunks, hash), file, order.path, bytes)
    for await (const event of readBlocks(chunks, { passphrase })) {
      if (event.type !== 'part') throw brokenOff(path)
      reading.take(event.part)
    }
    await file.sync().catch((cause: unknown) => {
      throw unwritable(path, cause)
    })
    return reading.finish(path, bytes.written, hash.digest('hex'))
  } catch (error) {
    await rm(path, { force: true })
    throw isMuluError(error) && error.code !== 'MULU_BUNDLE_SHAPE' ? error : brokenOff(path, error)
  } finally {
    await file.close().catch(() => undefined)
  }
}

async function* written(
  chunks: AsyncIterable<Uint8Array>,
  file: FileHandle,
  path: string,
  count: { written: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await file.writeFile(chunk).catch((cause: unknown) => {
      throw unwritable(path, cause)
    })
    count.written += chunk.length
    yield chunk
  }
}

/** What the folder of backups refuses. */
export function unwritable(path: string, cause: unknown): MuluError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new MuluError('MULU_BACKUP_WRITE', { cause, details: { file: path, reason } })
}

function brokenOff(path: string, cause?: unknown): MuluError {
  const reason = `The node ended the answer early; its log says why. (${String(cause ?? 'cut')})`
  return new MuluError('MULU_BACKUP_BROKEN_OFF', { cause, details: { file: path, reason } })
}

/** Gathers what a part says. */
class PartReading {
  readonly #order: WriteOrder
  readonly #total: number
  readonly #heads = createHash('sha256')
  #from: Extract<Part, { t: 'from' }> | undefined
  #state: PartState | undefined
  #node: Manifest['node'] | undefined
  #commits = 0
  #hasContent = false
  #isWhole = false

  constructor(total: number, order: WriteOrder) {
    this.#total = total
    this.#order = order
  }

  take(part: Part): void {
    switch (part.t) {
      case 'from':
        this.#from = part
        for (const digest of part.heads) this.#heads.update(digest)
        return
      case 'heads':
        return
      case 'rows':
        this.#takeRows(part)
        return
      case 'commits':
        this.#commits += part.commits.length
        this.#order.onProgress(this.#commits, Math.max(this.#commits, this.#total))
        break
      case 'end':
        this.#isWhole = true
        return
      default:
        break
    }
    this.#hasContent = true
  }

  #takeRows(part: Extract<Part, { t: 'rows' }>): void {
    this.#state ??= readState(part)
    if (part.name === 'work') this.#hasContent = true
    if (part.name !== 'config' || this.#from === undefined) return
    const { agency, office } = parseNodeConfig(part.rows[0]?.[1] ?? '', 'config.json')
    this.#node = { agency: agency.code, office, writer: this.#from.sender }
    this.#order.check(hashToText(this.#from.fed), this.#node)
  }

  finish(path: string, bytes: number, hash: string): DraftPart {
    const [from, state, node] = [this.#from, this.#state, this.#node]
    const isWhole = this.#isWhole && from !== undefined
    if (!isWhole || state === undefined || node === undefined) throw brokenOff(path)
    const { whole, ...rest } = state
    return {
      ...{ path, madeMs: from.madeMs, whole, hasContent: this.#hasContent },
      about: {
        ...{ federation: hashToText(from.fed), node, bytes, sha256: hash, commits: this.#commits },
        heads: this.#heads.digest('hex'),
        digest: state.digest,
        erased: state.erased,
        state: sha256(canonicalJson({ ...rest, rows: { ...rest.rows } })),
      },
    }
  }
}
