import { totalmem } from 'node:os'
import { type Database, MuluError } from '@mulu/registry-core'
import { Level } from 'level'
import { checkFiles, cutOut, tableFiles } from '../scrub/store-files.ts'
import { writeEncoded } from './encoded-batch.ts'

/** Opens the LevelDB of a data folder; MULU_STORE_LOCKED when another process has it. */
export async function openDatabase(path: string): Promise<Database> {
  const level = new Level<string, string>(path, sizesFor(memoryHere()))
  try {
    await level.open()
  } catch (cause) {
    if (isLocked(cause)) {
      throw new MuluError('MULU_STORE_LOCKED', { cause, details: { store: path } })
    }
    throw new MuluError('MULU_DISK', { cause, details: { store: path, reason: reasonOf(cause) } })
  }
  return writeEncoded(level as unknown as Database)
}

/** How LevelDB divides what it holds, in bytes. */
export type StoreSizes = { readonly writeBufferSize: number; readonly maxFileSize: number }

const MIB = 1_048_576
const BUFFER_MIN = 16 * MIB
const BUFFER_MAX = 256 * MIB
const BUFFERS_IN_MEMORY = 64
const FILES_IN_BUFFER = 32
const FILE_MIN = 4 * MIB

/**
 * Sizes for a machine with so many bytes of memory. Every record passes the log and is then
 * compacted several times; the more is gathered in memory before, the fewer times, down to a third
 * of the work (docs/performance.md). At most two buffers are in use, only while much is written,
 * and a process that is killed has as much to read again. Files are small, so that what is written
 * into one namespace after the other is moved down without being merged with all the rest.
 */
export function sizesFor(memory: number): StoreSizes {
  const buffer = Math.floor(memory / BUFFERS_IN_MEMORY / MIB) * MIB
  const writeBufferSize = Math.min(BUFFER_MAX, Math.max(BUFFER_MIN, buffer))
  return { writeBufferSize, maxFileSize: Math.max(FILE_MIN, writeBufferSize / FILES_IN_BUFFER) }
}

/** The memory of this machine, or what a container lets the process have of it. */
function memoryHere(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/**
 * Merges all files of a database that nobody reads: what was deleted or replaced is in none of
 * them then. The log of the last writes is replaced as well.
 */
export async function rewriteFiles(db: Database): Promise<void> {
  // A store in memory has no files.
  await (db as WithFiles).compactRange?.(FIRST_KEY, LAST_KEY)
}

type WithFiles = { readonly compactRange?: (start: string, end: string) => Promise<void> }

/** Keys of sublevels begin with `!`. */
const FIRST_KEY = '!'
const LAST_KEY = '~'

/** Whether the store says that what it holds has rotted. */
export function isCorruption(error: unknown): boolean {
  if (codeOf(error) === 'LEVEL_CORRUPTION') return true
  if (!(error instanceof Error)) return false
  // A name that has rotted leads to a file that is not there.
  const isLost = /MANIFEST-|CURRENT/.test(error.message) && /No such file/.test(error.message)
  return isLost || (error.cause !== undefined && isCorruption(error.cause))
}

/**
 * Keeps what can be kept of a store whose files have rotted; nobody may have it open. What has
 * rotted is taken out of the files first: LevelDB aborts the process when it meets keys that are
 * out of order.
 */
export async function salvageDatabase(path: string): Promise<void> {
  await cutOut(path, await checkAll(path))
  // The types of `level` leave out what only its implementation on disk has.
  await (Level as unknown as { repair(location: string): Promise<void> }).repair(path)
}

/** Salvages a store only where its files have rotted; whether they had. */
export async function salvageIfRotten(path: string): Promise<boolean> {
  if ((await checkAll(path)).length === 0) return false
  await salvageDatabase(path)
  return true
}

async function checkAll(path: string): ReturnType<typeof checkFiles> {
  return checkFiles(path, await tableFiles(path), async () => undefined)
}

/** Whether an error comes from the store or the file system below it. */
export function isStoreFailure(error: unknown): boolean {
  const code = codeOf(error)
  return /^LEVEL_/.test(code) || /^E[A-Z]{2,}$/.test(code)
}

/** Whether a store was asked that is closed, or that was closed while it was read. */
export function isNotOpen(error: unknown): boolean {
  return ['LEVEL_DATABASE_NOT_OPEN', 'LEVEL_ITERATOR_NOT_OPEN'].includes(codeOf(error))
}

function isLocked(error: unknown): boolean {
  if (codeOf(error) === 'LEVEL_LOCKED') return true
  return error instanceof Error && error.cause !== undefined && isLocked(error.cause)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function reasonOf(error: unknown): string {
  const deepest = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return deepest instanceof Error ? deepest.message : String(deepest)
}
