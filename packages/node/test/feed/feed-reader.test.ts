import { type FeedPart, isMuluError } from '@mulu/registry-core'
import { expect } from 'chai'
import { openFeed } from '../../dist/feed/feed-reader.js'
import { type FeedInput, openHere } from '../../dist/feed/open-feed.js'

const RECORDS = 1_200
const TEXT = 'Gauges of rivers and lakes, 水位站, every hour. '.repeat(40)

/** A feed that is long enough for a thread, with a record that has no title and one twice. */
function largeFeed(): FeedInput {
  const dataset: object[] = Array.from({ length: RECORDS }, (_, i) => ({
    identifier: `d-${i}`,
    title: `Dataset ${i}`,
    description: TEXT,
    keyword: ['water'],
    publisher: { name: 'Agency' },
  }))
  dataset[700] = { identifier: 'd-700', description: 7 }
  dataset[701] = { ...dataset[0] }
  const bytes = Buffer.from(JSON.stringify({ dataset }))
  return { bytes: new Uint8Array(bytes), format: 'auto', source: 'test' }
}

async function all(parts: AsyncIterable<FeedPart> | Iterable<FeedPart>): Promise<FeedPart[]> {
  const read: FeedPart[] = []
  for await (const part of parts) read.push(part)
  return read
}

describe('a large feed', () => {
  it('[ND37] says in a thread of its own what it says in this one, part by part', async () => {
    const expected = openHere(largeFeed())
    // As an import calls it, with more than a thread can be given.
    const input = { ...largeFeed(), onProgress: () => undefined }
    const feed = await openFeed(input)
    expect([feed.format, feed.total]).to.deep.equal(['dcat-us', RECORDS])
    const parts = await all(feed.parts)
    expect(parts).to.deep.equal(await all(expected.parts))
    const sizes = parts.map(({ records }) => records.length)
    expect(sizes).to.deep.equal([85, 170, 340, 510, 93])
    const errors = parts.flatMap((part) => part.errors.map(({ index, code }) => ({ index, code })))
    expect(errors).to.deep.equal([
      { index: 700, code: 'MULU_IMPORT_FIELD' },
      { index: 701, code: 'MULU_IMPORT_DUPLICATE' },
    ])
  })

  it('[ND37] may be left after its first part', async () => {
    const feed = await openFeed(largeFeed())
    for await (const part of feed.parts) {
      expect(part.records).to.have.length(85)
      break
    }
  })

  it('[ND38] is refused from its thread with code and place', async () => {
    const { bytes } = largeFeed()
    bytes[1_500_000] = 0xff
    const refused = await openFeed({ bytes, format: 'auto' }).then(
      () => undefined,
      (error: unknown) => (isMuluError(error) ? [error.code, error.details] : error),
    )
    expect(refused).to.deep.equal(['MULU_FEED_ENCODING', { byte: 1_500_000 }])
  })
})
