/**
 * The join ticket: what a newcomer needs to find a federation and to recognise its roster.
 * `mulu1.` and base64url of CBOR {fed, name, addresses} followed by the first four bytes of the
 * hash of that CBOR, so that a ticket cut short in copying is noticed.
 */
import { fromBase64UrlEncoded, toBase64UrlEncoded } from 'lib0/buffer'
import { type Crypto, HASH_BYTES, type Hash, hash } from '../crypto.ts'
import { concat, equalBytes } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBytes, readShape, readText } from '../encoding/shape.ts'
import { MuluError } from '../errors.ts'

/** What a ticket says; addresses are multiaddrs that end in `/p2p/<peer>`. */
export type Ticket = {
  readonly fed: Hash
  readonly name: string
  readonly addresses: readonly string[]
}

const PREFIX = 'mulu1.'
const CHECK_BYTES = 4
const TICKET_CHARS_MAX = 8_192

/** A ticket as one line of text. */
export function encodeTicket(crypto: Crypto, ticket: Ticket): string {
  const body = encodeCbor({ fed: ticket.fed, name: ticket.name, addresses: ticket.addresses })
  return PREFIX + toBase64UrlEncoded(concat(body, checkOf(crypto, body)))
}

/** Reads a ticket; MULU_TICKET says what is wrong with it. */
export function parseTicket(crypto: Crypto, text: string): Ticket {
  try {
    const trimmed = text.trim()
    if (!trimmed.startsWith(PREFIX)) throw new Error('it does not begin with mulu1.')
    if (trimmed.length > TICKET_CHARS_MAX) throw new Error('it is too long')
    const encoded = trimmed.slice(PREFIX.length)
    if (!/^[A-Za-z0-9_-]+$/.test(encoded)) throw new Error('it has a character no ticket has')
    const bytes = fromBase64UrlEncoded(encoded)
    const body = bytes.subarray(0, -CHECK_BYTES)
    if (!equalBytes(bytes.subarray(-CHECK_BYTES), checkOf(crypto, body))) {
      throw new Error('it is cut short or altered')
    }
    const shape = readShape(decodeCbor(body), ['fed', 'name', 'addresses'], 'ticket')
    return {
      fed: readBytes(shape['fed'], HASH_BYTES, HASH_BYTES, 'fed'),
      name: readText(shape['name'], 200, 'name'),
      addresses: readArray(shape['addresses'], (a) => readText(a, 256, 'address'), 16, 'addresses'),
    }
  } catch (cause) {
    throw new MuluError('MULU_TICKET', { cause, details: { reason: String(cause) } })
  }
}

function checkOf(crypto: Crypto, body: Uint8Array): Uint8Array {
  return hash(crypto, body).slice(1, 1 + CHECK_BYTES)
}
