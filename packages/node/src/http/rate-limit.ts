/**
 * How many requests a client may make: an allowance per network address, and one for whoever
 * brings the access key. A wrong key costs more, so that guessing is slow. 429 with Retry-After.
 */
import { MuluError } from '@mulu/registry-core'
import type { Request, RequestHandler } from 'express'
import type { Clock } from '../clock.ts'
import { type Rate, TokenBucket } from '../token-bucket.ts'

/** Allowances of the HTTP server. */
export type HttpLimits = {
  /** Requests of one address without the key. Agencies share gateways, so it is generous. */
  readonly client: Rate
  /** Requests with the key: imports and desks of this node. */
  readonly key: Rate
  /** What a request with a wrong key costs its address. */
  readonly wrongKeyCost: number
  /** Addresses that are remembered at one time. */
  readonly clientsMax: number
  /** How long the body of a request may take; a stream, how long it may bring nothing. */
  readonly bodyMs: number
  readonly stallMs: number
}

/** Allowances for everyday use: a page takes about ten requests. */
export const HTTP_LIMITS: HttpLimits = {
  client: { perSecond: 50, burst: 1_000 },
  key: { perSecond: 200, burst: 4_000 },
  wrongKeyCost: 20,
  clientsMax: 10_000,
  bodyMs: 300_000,
  stallMs: 60_000,
}

/** Refuses with MULU_RATE whoever asks too often; `isKey` tells whether a key is the node's. */
export function limitRate(
  clock: Clock,
  limits: HttpLimits,
  isKey: (request: Request) => boolean | undefined,
): RequestHandler {
  const own = new TokenBucket(limits.key, clock.elapsed())
  const clients = new Map<string, TokenBucket>()
  return (request, response, next) => {
    const nowMs = clock.elapsed()
    const key = isKey(request)
    const bucket = key === true ? own : bucketOf(clients, limits, clientOf(request), nowMs)
    const waitMs = bucket.take(key === false ? limits.wrongKeyCost : 1, nowMs)
    if (waitMs > 0) {
      const retryAfterS = Math.ceil(waitMs / 1_000)
      response.set('Retry-After', String(retryAfterS))
      throw new MuluError('MULU_RATE', { details: { retryAfterS } })
    }
    next()
  }
}

/** An IPv6 client has a whole network of addresses; they share one allowance. */
function clientOf(request: Request): string {
  const address = (request.ip ?? '').replace(/^::ffff:/, '')
  return address.includes(':') ? address.split(':').slice(0, 4).join(':') : address
}

function bucketOf(
  clients: Map<string, TokenBucket>,
  limits: HttpLimits,
  client: string,
  nowMs: number,
): TokenBucket {
  const known = clients.get(client)
  if (known !== undefined) return known
  if (clients.size >= limits.clientsMax) forget(clients, nowMs)
  const bucket = new TokenBucket(limits.client, nowMs)
  clients.set(client, bucket)
  return bucket
}

/** Lets go of those who have their whole allowance, and where there is none, of the oldest. */
function forget(clients: Map<string, TokenBucket>, nowMs: number): void {
  for (const [client, bucket] of clients) if (bucket.isFull(nowMs)) clients.delete(client)
  const [oldest] = clients.keys()
  if (clients.size > 0 && oldest !== undefined) clients.delete(oldest)
}
