/**
 * A list of records as an Atom feed (RFC 4287). Ids follow from federation, search and record
 * alone, so that every node of a federation gives the same ones: UUIDs of version 8 over SHA-256.
 */
import { createHash } from 'node:crypto'
import type { Item, Labels } from '@mulu/registry-core'
import { create } from 'xmlbuilder2'

/** What a feed is made of. */
export type AtomFeed = {
  /** Hash of the federation, as text. */
  readonly federation: string
  readonly title: string
  /** What it leaves out, where the node holds a part. */
  readonly subtitle: string | undefined
  /** The address this node is reached at, without a slash at the end. */
  readonly origin: string
  /** The parameters of the address, in order. */
  readonly search: string
  /** Those of them that say what is searched for. */
  readonly identity: string
  /** The same for the pages of a reader. */
  readonly page: string
  readonly language: string
  readonly entries: readonly AtomEntry[]
  /** When the feed changed last where it has no entry. */
  readonly sinceMs: number
  /** Parameters of the next page. */
  readonly next: string | undefined
}

/** One record of a feed. */
export type AtomEntry = {
  readonly item: Item
  readonly agency: Labels
  readonly themes: readonly { readonly code: string; readonly label: Labels }[]
}

const NAMESPACE = 'http://www.w3.org/2005/Atom'
/** What XML 1.0 cannot hold. */
const NOT_IN_XML = '\u{fffd}'

/** The feed as XML. */
export function atomFeed(feed: AtomFeed): string {
  const { federation, origin, search, identity, page, language, entries, next } = feed
  const updated = entries.map(({ item }) => item.updatedMs)
  const document = create(
    { version: '1.0', encoding: 'UTF-8', invalidCharReplacement: NOT_IN_XML },
    {
      feed: {
        '@xmlns': NAMESPACE,
        '@xml:lang': language,
        id: urn(`${federation}\nsearch\n${identity}`),
        title: feed.title,
        ...(feed.subtitle === undefined ? {} : { subtitle: feed.subtitle }),
        updated: timeText(updated.length === 0 ? feed.sinceMs : Math.max(...updated)),
        generator: 'Mulu',
        link: [
          { '@rel': 'self', '@type': 'application/atom+xml', '@href': feedAddress(origin, search) },
          { '@rel': 'alternate', '@type': 'text/html', '@href': `${origin}/${page}` },
          ...(next === undefined ? [] : [{ '@rel': 'next', '@href': feedAddress(origin, next) }]),
        ],
        entry: entries.map((entry) => entryOf(feed, entry)),
      },
    },
  )
  return `${document.end({ prettyPrint: true })}\n`
}

function entryOf({ federation, origin, language }: AtomFeed, entry: AtomEntry): object {
  const { item, agency, themes } = entry
  const title = inLanguage(item.title, language)
  const summary = inLanguage(item.description, language)
  return {
    id: urn(`${federation}\nrecord\n${item.id}`),
    title: textOf(title, item.id),
    updated: timeText(item.updatedMs),
    author: { name: inLanguage(agency, language)?.text ?? String(item.agency) },
    link: [
      { '@rel': 'alternate', '@type': 'text/html', '@href': `${origin}/records/${item.id}` },
      {
        '@rel': 'alternate',
        '@type': 'application/json',
        '@href': `${origin}/api/v1/records/${item.id}`,
      },
    ],
    category: themes.map(({ code, label }) => ({
      '@term': code,
      '@label': inLanguage(label, language)?.text ?? code,
    })),
    ...(summary === undefined ? {} : { summary: textOf(summary, '') }),
  }
}

type Text = { readonly language: string; readonly text: string }

/** The text in this language, else in any other. */
function inLanguage(labels: Labels, language: string): Text | undefined {
  const texts = Object.entries(labels).filter((pair): pair is [string, string] => pair[1] !== '')
  const [tag, text] = texts.find(([known]) => known === language) ?? texts[0] ?? []
  return tag === undefined || text === undefined ? undefined : { language: tag, text }
}

function textOf(text: Text | undefined, otherwise: string): object {
  return text === undefined
    ? { '#': otherwise }
    : { '@xml:lang': text.language, '@type': 'text', '#': text.text }
}

function feedAddress(origin: string, search: string): string {
  return `${origin}/feed.atom${search === '' ? '' : `?${search}`}`
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

function urn(name: string): string {
  const bytes = createHash('sha256').update(`mulu/atom/1\n${name}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `urn:uuid:${parts.join('-')}-${hex.slice(20)}`
}
