/** Brings the text of a feed from a file, an address or standard input. */
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { limits, MuluError } from '@mulu/registry-core'
import { feedText } from './feed-text.ts'

const FETCH_TIMEOUT_MS = 60_000

/** The text of FILE, URL or `-`; MULU_FEED_FETCH or MULU_FEED_SIZE. */
export async function readFeedText(place: string): Promise<string> {
  if (/^https?:\/\//.test(place)) return fetchText(place)
  const stream = place === '-' ? process.stdin : createReadStream(place)
  try {
    return await collect(stream)
  } catch (cause) {
    throw refusalOf(place, cause)
  }
}

async function fetchText(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
    if (!response.ok || response.body === null) throw new Error(`answer ${response.status}`)
    return await collect(response.body)
  } catch (cause) {
    throw refusalOf(url, cause)
  }
}

function refusalOf(place: string, cause: unknown): Error {
  if (cause instanceof MuluError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new MuluError('MULU_FEED_FETCH', { cause, details: { place, reason } })
}

async function collect(chunks: Readable | AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > limits.FEED_BYTES_MAX) {
      throw new MuluError('MULU_FEED_SIZE', { details: { limit: limits.FEED_BYTES_MAX } })
    }
    parts.push(chunk)
  }
  return feedText(Buffer.concat(parts))
}
