/** Reading chains: which parts there are, and which of them is missing, cut, swapped or altered. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type ErrorCode, isMuluError, MuluError } from '@mulu/registry-core'
import { isNoFile } from '../folder/write-file.ts'
import { hashOfFile } from './hash-file.ts'
import {
  type Manifest,
  manifestName,
  ordinalOfName,
  parseManifest,
  partOfName,
} from './manifest.ts'

/** A chain as it is found. */
export type Chain = {
  readonly dir: string
  /** Those that follow each other from the first on, up to what is wrong. */
  readonly parts: readonly Manifest[]
  /** The orders that had been carried out at the newest manifest that can be read, if there is one. */
  readonly erased: readonly string[] | undefined
  /** What is wrong with the part after those, if there is anything. */
  readonly fault?: MuluError
}

/** All chains in a folder, the oldest first; none in a folder that is not there. */
export async function readChains(dir: string): Promise<readonly Chain[]> {
  const names = await namesIn(dir)
  const found = names.flatMap((name) => {
    const ordinal = ordinalOfName(name)
    return ordinal === undefined ? [] : [{ name, ordinal }]
  })
  const chains: Chain[] = []
  for (const { name } of found.sort((a, b) => a.ordinal - b.ordinal)) {
    const chain = await readChain(join(dir, name))
    // A folder without a part is what is left of a backup that was broken off.
    if (chain.parts.length > 0 || chain.fault !== undefined) chains.push(chain)
  }
  return chains
}

/** The chain in a folder: manifests that follow each other, and files of the right length. */
export async function readChain(dir: string): Promise<Chain> {
  const numbers = (await namesIn(dir)).flatMap((name) => partOfName(name) ?? [])
  const last = Math.max(0, ...numbers)
  const parts: Manifest[] = []
  let erased: Chain['erased']
  for (let part = 1; part <= last; part++) {
    try {
      const manifest = await readManifest(dir, part, parts.at(-1))
      erased = manifest.erased
      await checkLength(dir, manifest)
      parts.push(manifest)
    } catch (error) {
      if (!isMuluError(error)) throw error
      return { dir, parts, erased, fault: withAdvice(error, parts) }
    }
  }
  return { dir, parts, erased }
}

/** The newest chain of a folder, or the chain that the folder is; MULU_BACKUP_NONE. */
export async function findChain(dir: string): Promise<Chain> {
  const own = await readChain(dir)
  if (own.parts.length > 0 || own.fault !== undefined) return own
  const newest = (await readChains(dir)).at(-1)
  if (newest !== undefined) return newest
  const reason = 'Name the folder that `mulu backup --to` was given, or a chain in it.'
  throw new MuluError('MULU_BACKUP_NONE', { details: { dir, reason } })
}

/** The manifest of a part, where it follows the one before. */
async function readManifest(
  dir: string,
  part: number,
  before: Manifest | undefined,
): Promise<Manifest> {
  const name = manifestName(part)
  const text = await readFile(join(dir, name), 'utf8').catch((error: unknown) => {
    throw isNoFile(error) ? faultOf('MULU_BACKUP_MISSING', dir, part, name) : error
  })
  const manifest = parseNamed(text, dir, part, name)
  const isNext =
    manifest.part === part &&
    manifest.predecessor === (before?.sum ?? null) &&
    (before === undefined || manifest.chain === before.chain)
  if (!isNext) throw faultOf('MULU_BACKUP_SWAPPED', dir, part, name)
  return manifest
}

function parseNamed(text: string, dir: string, part: number, name: string): Manifest {
  try {
    return parseManifest(text, name)
  } catch (cause) {
    throw faultOf('MULU_BACKUP_ALTERED', dir, part, name, cause)
  }
}

async function checkLength(dir: string, manifest: Manifest): Promise<void> {
  const { file, part, bytes } = manifest
  const size = await stat(join(dir, file)).then(
    (found) => found.size,
    (error: unknown) => {
      if (isNoFile(error)) throw faultOf('MULU_BACKUP_MISSING', dir, part, file)
      throw error
    },
  )
  if (size !== bytes) throw await wrongFile(dir, manifest, size < bytes)
}

/** Why a file is not the one of its manifest: it is another part, is shorter, or was altered. */
export async function wrongFile(
  dir: string,
  { file, part, sha256 }: Manifest,
  isShorter: boolean,
): Promise<MuluError> {
  const found = await hashOfFile(join(dir, file))
  const isOther = found !== sha256 && (await hashesNamed(dir)).has(found)
  if (isOther) return faultOf('MULU_BACKUP_SWAPPED', dir, part, file)
  return faultOf(isShorter ? 'MULU_BACKUP_CUT' : 'MULU_BACKUP_ALTERED', dir, part, file)
}

/** The hashes that the readable manifests of a chain name. */
async function hashesNamed(dir: string): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>()
  for (const name of await namesIn(dir)) {
    if (partOfName(name) === undefined) continue
    try {
      hashes.add(parseManifest(await readFile(join(dir, name), 'utf8'), name).sha256)
    } catch {
      // What cannot be read names nothing.
    }
  }
  return hashes
}

function faultOf(
  code: ErrorCode,
  dir: string,
  part: number,
  file: string,
  cause?: unknown,
): MuluError {
  const details = { chain: basename(dir), part, file: join(dir, file) }
  return new MuluError(code, { details, cause })
}

/** What to do about a fault, beside what it is. */
export function withAdvice(fault: MuluError, before: readonly Manifest[]): MuluError {
  const last = before.at(-1)
  const until =
    last === undefined
      ? 'Nothing of this chain can be restored without it.'
      : `Without it: --until ${last.part} restores the state of ${last.made}.`
  const reason = `Bring another copy of the file, if there is one. ${until}`
  return new MuluError(fault.code, { cause: fault, details: { ...fault.details, reason } })
}

/** The bytes of a part. */
export function openPart(
  { dir }: Pick<Chain, 'dir'>,
  { file }: Manifest,
): AsyncIterable<Uint8Array> {
  return createReadStream(join(dir, file))
}

async function namesIn(dir: string): Promise<readonly string[]> {
  return readdir(dir).catch((error: unknown): readonly string[] => {
    if (isNoFile(error)) return []
    throw error
  })
}
