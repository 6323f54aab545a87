/**
 * `Mulu-Held`, on every answer of a node that holds a part: agencies of which everything is held, of
 * how many, as in `14/120`. So that what is taken away as a file, a feed or lines says of what it is.
 */
import type { RequestHandler } from 'express'
import type { NodeContext } from '../node-context.ts'
import { heldPart, heldText } from '../status/held-part.ts'

/** Sets the header. */
export function heldHeader(context: NodeContext): RequestHandler {
  return (_request, response, next) => {
    const held = heldPart(context)
    if (held !== null) response.set('Mulu-Held', heldText(held))
    next()
  }
}
