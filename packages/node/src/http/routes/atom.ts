/** Saved searches: every search as a feed that readers can subscribe to. */
import { createHash } from 'node:crypto'
import { FILTERS, type Item, type Page } from '@mulu/registry-core'
import type { Request, Router } from 'express'
import type { NodeContext } from '../../node-context.ts'
import { facetLabel } from '../../status/facet-labels.ts'
import { heldPart } from '../../status/held-part.ts'
import { agencyRef } from '../../status/names.ts'
import { apiPath } from '../api-paths.ts'
import { type AtomEntry, atomFeed } from '../atom-feed.ts'
import { listQuery } from '../list-query.ts'
import { type QueryValues, readQuery } from '../read-query.ts'

const ENTRIES = 50
const TITLES: Readonly<Record<string, (search: string) => string>> = {
  'zh-Hans': (search) => (search === '' ? '目录的更新' : `目录检索：${search}`),
  en: (search) => (search === '' ? 'Changes of the catalogue' : `Catalogue search: ${search}`),
}

/** Adds the route. A feed that has not changed is 304 for who names its ETag. */
export function addAtomRoute(router: Router, context: NodeContext): void {
  const declared = apiPath('get', '/feed.atom')
  router.get(declared.path, async (request, response) => {
    const values = readQuery(request, declared)
    const query = listQuery(values)
    const page = await context.store.registry.catalogue.query({
      ...query,
      sort: 'modified',
      limit: query.limit ?? ENTRIES,
      facets: false,
    })
    const text = feedText(context, request, values, page)
    const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
    response.vary('Accept-Language').set({ ETag: etag, 'Cache-Control': 'no-cache' })
    if (isKnown(request, etag)) response.status(304).end()
    else response.type('application/atom+xml').send(text)
  })
}

/** Express sends the whole to who asks with no-cache, as many readers of feeds do. */
function isKnown(request: Request, etag: string): boolean {
  const known = request.get('If-None-Match') ?? ''
  return known.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
}

function feedText(context: NodeContext, request: Request, values: QueryValues, page: Page): string {
  const { rosters } = context.store.registry
  const language = languageOf(request, values)
  const search = searchText({ ...values, lang: [language] })
  const words = [...(values['q'] ?? []), ...FILTERS.flatMap(({ name }) => values[name] ?? [])]
  return atomFeed({
    federation: context.config.federation.id,
    title: `${context.config.federation.name} · ${TITLES[language]?.(words.join(' · ')) ?? ''}`,
    subtitle: heldSentence(context, language),
    origin: `${request.protocol}://${request.get('host') ?? 'localhost'}`,
    search,
    page: pageText(values),
    // One search is one feed, however many entries somebody takes in whichever language.
    identity: searchText({ ...values, lang: [], limit: [] }),
    language,
    entries: page.items.map((item) => entryOf(context, item)),
    sinceMs: rosters[0]?.stampMs ?? 0,
    next: page.next === null ? undefined : `${search}&after=${page.next}`,
  })
}

function heldSentence(context: NodeContext, language: string): string | undefined {
  const held = heldPart(context)
  if (held === null) return undefined
  const { agencies, of } = held
  return language === 'en'
    ? `Of ${agencies} of ${of} agencies; the others are not held on this node.`
    : `只含 ${of} 个机构中的 ${agencies} 个；其余机构的记录不在本节点。`
}

function entryOf(context: NodeContext, item: Item): AtomEntry {
  const { roster, profile } = context.store.registry
  const state = roster?.state
  return {
    item: { ...item, updatedMs: Math.min(item.updatedMs, context.clock.now()) },
    agency: agencyRef(state, item.agency).name,
    themes: item.themes.map((code) => ({
      code,
      label: facetLabel(profile, state, 'theme', code),
    })),
  }
}

function languageOf(request: Request, { lang = [] }: QueryValues): string {
  const [chosen] = lang
  if (chosen !== undefined) return chosen
  return request.acceptsLanguages('zh', 'en') === 'en' ? 'en' : 'zh-Hans'
}

/** The parameters in one order, so that one search is one feed; a place in it is none of them. */
function searchText(values: QueryValues): string {
  const rows = Object.entries(values).flatMap(([name, list]) =>
    name === 'after' ? [] : [...list].sort().map((value): [string, string] => [name, value]),
  )
  return new URLSearchParams(rows.sort(([a], [b]) => (a < b ? -1 : 1))).toString()
}

/** The search as the pages have it in their address. */
function pageText(values: QueryValues): string {
  const names = ['q', ...FILTERS.map(({ name }) => name)]
  const rows = names.flatMap((name) =>
    (values[name] ?? []).map((value): [string, string] => [name, value]),
  )
  const text = new URLSearchParams(rows).toString()
  return text === '' ? '' : `?${text}`
}
