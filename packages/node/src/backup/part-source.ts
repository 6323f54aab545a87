/** Where parts are restored from: files of a chain, or one file. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type ErrorCode, MuluError } from '@mulu/registry-core'
import { type BlockEvent, readBlocks } from '../bundle/block-file.ts'
import { type Chain, openPart, withAdvice, wrongFile } from './chain.ts'
import { hashed } from './hash-file.ts'
import type { Manifest } from './manifest.ts'

/** A part that can be read; what it reads is whole, or it ends with an error. */
export type PartSource = {
  readonly commits?: number
  readonly read: (passphrase: string | undefined) => AsyncIterable<BlockEvent>
}

/**
 * The parts of a chain, up to one of them. MULU_BACKUP_MISSING, MULU_BACKUP_CUT,
 * MULU_BACKUP_SWAPPED or MULU_BACKUP_ALTERED say which part is not as it was, here or when it is
 * read; MULU_USAGE where there is no such part.
 */
export function sourcesOfChain(chain: Chain, until?: number): readonly PartSource[] {
  const { dir, parts, fault } = chain
  const isFaulty = fault !== undefined && (until === undefined || until > parts.length)
  if (isFaulty) throw fault
  if (until !== undefined && (until < 1 || until > parts.length)) {
    const reason = `The chain has parts 1 to ${parts.length}.`
    throw new MuluError('MULU_USAGE', { details: { dir, reason } })
  }
  return parts.slice(0, until).map((manifest, index) => ({
    commits: manifest.commits,
    read: (passphrase) => readManifested(dir, manifest, parts.slice(0, index), passphrase),
  }))
}

async function* readManifested(
  dir: string,
  manifest: Manifest,
  before: readonly Manifest[],
  passphrase: string | undefined,
): AsyncGenerator<BlockEvent> {
  const hash = createHash('sha256')
  const wrong = async (): Promise<MuluError> =>
    withAdvice(await wrongFile(dir, manifest, false), before)
  try {
    for await (const event of readBlocks(hashed(openPart({ dir }, manifest), hash), {
      passphrase,
    })) {
      if (event.type !== 'part') throw await wrong()
      yield event
    }
  } catch (error) {
    if (error instanceof MuluError && error.code === 'MULU_BUNDLE_SHAPE') throw await wrong()
    throw error
  }
  if (hash.digest('hex') !== manifest.sha256) throw await wrong()
}

/** A backup in one file. */
export function sourceOfFile(file: string): PartSource {
  return {
    read: async function* read(passphrase) {
      for await (const event of readBlocks(createReadStream(file), { passphrase })) {
        if (event.type !== 'part') throw refusal(CODES[event.type])
        yield event
      }
    },
  }
}

const CODES = { cut: 'MULU_BUNDLE_CUT', damaged: 'MULU_BUNDLE_DAMAGED' } as const

/** Why nothing was restored. */
export function refusal(code: ErrorCode): MuluError {
  return new MuluError(code, { details: { reason: 'Nothing was restored. Use another copy.' } })
}
