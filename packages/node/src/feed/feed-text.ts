/** The text of a feed: UTF-8, or refused with the place, so that no letter is lost unseen. */
import { isUtf8 } from 'node:buffer'
import { MuluError } from '@mulu/registry-core/feed'

/** The text of a feed; MULU_FEED_ENCODING tells where it stops being UTF-8. */
export function feedText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) {
    throw new MuluError('MULU_FEED_ENCODING', { details: { byte: firstForeignByte(bytes) } })
  }
  return new TextDecoder().decode(bytes)
}

/** The position up to which the bytes are UTF-8, found by halving. */
function firstForeignByte(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isUtf8Start(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  return good
}

/** Whether bytes are UTF-8 but for a last character that may go on beyond them. */
function isUtf8Start(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    // Not being UTF-8 is the answer here.
    return false
  }
}
