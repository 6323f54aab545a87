/** Request bodies: bounded, and in UTF-8 or refused, so that no letter is lost unseen. */
import { isUtf8 } from 'node:buffer'
import { limits, MuluError } from '@mulu/registry-core'
import express, { type RequestHandler } from 'express'
import { feedText } from '../feed/feed-text.ts'

const JSON_LIMIT = '1mb'

/** Reads a JSON body into `request.body`; MULU_JSON or MULU_LIMIT. */
export function jsonBody(): RequestHandler {
  return express.json({
    limit: JSON_LIMIT,
    strict: true,
    verify: (_request, _response, bytes) => {
      if (isUtf8(bytes)) return
      throw new MuluError('MULU_JSON', { details: { reason: 'The body is not UTF-8.' } })
    },
  })
}

/** Reads a feed as text into `request.body`; MULU_FEED_ENCODING or MULU_LIMIT. */
export function feedBody(): RequestHandler {
  const raw = express.raw({ limit: limits.FEED_BYTES_MAX, type: () => true })
  return (request, response, next) => {
    raw(request, response, (error?: unknown) => {
      if (error !== undefined) {
        next(error)
        return
      }
      try {
        request.body = Buffer.isBuffer(request.body) ? feedText(request.body) : ''
        next()
      } catch (refusal) {
        next(refusal)
      }
    })
  }
}
