/** The thread that reads a large feed: opens it, then hands over one part for each `next`. */
import { parentPort, workerData } from 'node:worker_threads'
import {
  type ErrorCode,
  type ErrorDetails,
  type FeedPart,
  isMuluError,
  memoryOf,
} from '@mulu/registry-core/feed'
import { type FeedInput, openHere } from './open-feed.ts'

/** What the thread says: first whether the bytes are a feed, then its parts to the end. */
export type FeedMessage =
  | { readonly type: 'opened'; readonly format: string; readonly total: number }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly details: ErrorDetails }
  | { readonly type: 'part'; readonly part: FeedPart }
  | { readonly type: 'end' }

if (parentPort !== null) serve(parentPort, workerData as FeedInput)

function serve(port: NonNullable<typeof parentPort>, input: FeedInput): void {
  const say = (message: FeedMessage): void => port.postMessage(message)
  try {
    const { format, total, parts } = openHere(input)
    const iterator = parts[Symbol.iterator]()
    port.on('message', () => {
      const { done, value } = iterator.next()
      if (done === true) say({ type: 'end' })
      else
        port.postMessage({ type: 'part', part: value } satisfies FeedMessage, memoryOf(value.slots))
    })
    say({ type: 'opened', format, total })
  } catch (error) {
    if (!isMuluError(error)) throw error
    say({ type: 'refused', code: error.code, details: error.details ?? {} })
  }
}
