/** Brings the bytes of a feed from a file, an address or standard input. */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { limits, MuluError } from '@mulu/registry-core'

const FETCH_TIMEOUT_MS = 60_000

/** The bytes of FILE, URL or `-`; MULU_FEED_FETCH or MULU_FEED_SIZE. */
export async function readFeedBytes(place: string): Promise<Uint8Array> {
  try {
    if (/^https?:\/\//.test(place)) return await fetchBytes(place)
    return place === '-' ? await collect(process.stdin) : await readWhole(place)
  } catch (cause) {
    if (cause instanceof MuluError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new MuluError('MULU_FEED_FETCH', { cause, details: { place, reason } })
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
  if (!response.ok || response.body === null) throw new Error(`answer ${response.status}`)
  return collect(response.body)
}

/** A file at once, into memory of its size; what is no plain file tells its size at the end. */
async function readWhole(path: string): Promise<Uint8Array> {
  const { size, isPlain } = await stat(path).then((found) => ({
    size: found.size,
    isPlain: found.isFile(),
  }))
  if (!isPlain) return collect(createReadStream(path))
  checkSize(size)
  return readFile(path)
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    checkSize(length)
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

function checkSize(length: number): void {
  if (length <= limits.FEED_BYTES_MAX) return
  throw new MuluError('MULU_FEED_SIZE', { details: { limit: limits.FEED_BYTES_MAX } })
}
