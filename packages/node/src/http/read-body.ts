/** Request bodies: bounded, and in UTF-8 or refused, so that no letter is lost unseen. */
import { isUtf8 } from 'node:buffer'
import { limits, MuluError } from '@mulu/registry-core'
import express, { type RequestHandler } from 'express'

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

/** Reads the bytes of a feed into `request.body`; MULU_LIMIT. */
export function feedBody(): RequestHandler {
  return express.raw({ limit: limits.FEED_BYTES_MAX, type: () => true })
}
