/**
 * Reads a feed part by part, each one while the last is being written: a large feed in a thread of
 * its own, so that the node goes on serving and both cores work.
 */
import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type FeedPart, MuluError } from '@mulu/registry-core'
import type { FeedMessage } from './feed-thread.ts'
import { type FeedInput, type OpenFeed, openHere } from './open-feed.ts'

/** A smaller feed is read before a thread has started. */
const THREAD_BYTES_MIN = 2_097_152
/** A thread loads only what has been built. */
const THREAD = import.meta.url.endsWith('.js')
  ? new URL('./feed-thread.js', import.meta.url)
  : undefined
/** Parts that a thread may be ahead. */
const PARTS_AHEAD = 2

/**
 * Opens a feed; MULU_FEED_* when the bytes as a whole are none. `meanwhile` is done where a thread
 * is waited for.
 */
export async function openFeed(
  input: FeedInput,
  meanwhile: () => void = () => undefined,
): Promise<OpenFeed> {
  if (THREAD === undefined || input.bytes.length < THREAD_BYTES_MIN) return openHere(input)
  return openInThread(THREAD, input, meanwhile)
}

/** The bytes are handed over where their memory is theirs alone, since a copy takes time. */
async function openInThread(
  script: URL,
  input: FeedInput,
  meanwhile: () => void,
): Promise<OpenFeed> {
  const { bytes, format, source } = input
  // Nothing else that a caller has with it: a function could not cross over.
  const workerData = source === undefined ? { bytes, format } : { bytes, format, source }
  const worker = new Worker(script, {
    execArgv: [],
    workerData,
    transferList: bytes.length === bytes.buffer.byteLength ? [bytes.buffer as ArrayBuffer] : [],
  })
  const messages = messagesOf(worker)
  try {
    meanwhile()
    const first = (await messages.next()).value
    if (first?.type !== 'opened') throw new Error('Invariant broken: a feed is opened first')
    return { format: first.format, total: first.total, parts: partsFrom(worker, messages) }
  } catch (error) {
    await worker.terminate()
    throw error
  }
}

type Messages = AsyncGenerator<FeedMessage, undefined>

/** What a thread says, in order; rejects with its refusal, or with what ended it. */
async function* messagesOf(worker: Worker): Messages {
  for await (const [event] of on(worker, 'message', { close: ['exit'] })) {
    const message = event as FeedMessage
    if (message.type === 'refused') throw new MuluError(message.code, { details: message.details })
    yield message
  }
}

async function* partsFrom(worker: Worker, messages: Messages): AsyncGenerator<FeedPart> {
  try {
    for (let ahead = 0; ahead < PARTS_AHEAD; ahead++) worker.postMessage('next')
    for await (const message of messages) {
      if (message.type === 'end') return
      if (message.type !== 'part') break
      worker.postMessage('next')
      yield message.part
    }
    throw new Error('The thread that reads the feed ended early.')
  } finally {
    await worker.terminate()
  }
}
