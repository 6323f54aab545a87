/** Generated views of few words, so that words, phrases and values meet often. */
import type { Query } from '../src/catalogue/catalogue.ts'
import type { JsonValue } from '../src/encoding/json.ts'
import type { View } from '../src/record/view.ts'
import { SORTS } from '../src/search/cursor.ts'
import type { FilterName } from '../src/search/filters.ts'

type Draw = (below: number) => number

const WORDS = ['open', 'data', 'water', 'quality', 'food', 'prices', 'annual', 'rail', 'Été', 'x1']
const CHINESE = ['数据', '开放', '水质', '监测', '铁路', '价格', '年度', '统计']
const REGIONS = ['310000', '310100', '310115', '110000', '440300', 'US']
const THEMES = ['cn:01', 'cn:01-02', 'cn:03-01', 'HEAL', 'ENVI']
const FORMATS = ['CSV', 'JSON', 'XLSX']

function pick<T>(draw: Draw, from: readonly T[]): T {
  return from[draw(from.length)] as T
}

function words(draw: Draw, from: readonly string[], most: number, between: string): string {
  return Array.from({ length: 1 + draw(most) }, () => pick(draw, from)).join(between)
}

/** A view of a record as it might be after some change. */
export function generateView(draw: Draw, ns: number, local: string, version: number): View {
  const kind = draw(5) === 0 ? 'service' : 'resource'
  const fields: Record<string, JsonValue> = {
    'title/en': words(draw, WORDS, 4, ' '),
    state: draw(6) === 0 ? 'withdrawn' : 'published',
  }
  if (draw(2) === 0) fields['title/zh-Hans'] = words(draw, CHINESE, 3, '')
  if (draw(2) === 0) fields['description/en'] = words(draw, WORDS, 12, ' ')
  if (draw(3) === 0)
    fields['description/zh-Hans'] = words(draw, CHINESE, 8, draw(2) === 0 ? '' : '，')
  if (draw(2) === 0) fields['keyword/en'] = [pick(draw, WORDS), pick(draw, WORDS)]
  if (draw(2) === 0) fields['region'] = pick(draw, REGIONS)
  if (draw(2) === 0) fields['theme'] = [pick(draw, THEMES), pick(draw, THEMES)]
  if (draw(2) === 0) fields['sharing'] = { type: pick(draw, ['open', 'conditional']) }
  if (draw(2) === 0) fields['openness'] = { type: pick(draw, ['open', 'closed']) }
  if (draw(2) === 0) fields['frequency'] = pick(draw, ['daily', 'yearly'])
  if (draw(2) === 0) fields['modified'] = `202${draw(3)}-0${1 + draw(3)}-1${draw(2)}`
  for (let i = draw(3); i > 0; i--) {
    fields[`distributions/d${i}`] = {
      format: pick(draw, FORMATS),
      title: words(draw, WORDS, 3, ' '),
    }
  }
  const hasConflict = draw(8) === 0
  return {
    id: `${ns}/${kind}/${local}`,
    ns,
    kind,
    local,
    fields,
    conflicts: hasConflict ? [{ path: 'title/en', legal: false, values: [] }] : [],
    problems: draw(4) === 0 ? [{ code: 'required', path: 'title' }] : [],
    updatedMs: 1_700_000_000_000 + draw(40),
    etag: `${local}.${version}`,
  }
}

const FILTER_VALUES: readonly (readonly [FilterName, readonly string[]])[] = [
  ['kind', ['resource', 'service']],
  ['agency', ['1', '2', '3']],
  ['region', [...REGIONS, 'CN']],
  ['theme', THEMES],
  ['sharing', ['open', 'conditional']],
  ['openness', ['open']],
  ['format', FORMATS],
  ['state', ['published', 'withdrawn']],
  ['frequency', ['daily']],
  ['modified', ['2021', '2022-02', '2020-01-10', '2021..', '..2021-02', '2020..2021-01-15']],
  ['has', ['problems', 'conflicts']],
]

/** A query over such views. */
export function generateQuery(draw: Draw): Query {
  const filters: Partial<Record<FilterName, readonly string[]>> = {}
  for (let i = draw(4); i > 0; i--) {
    const [name, values] = pick(draw, FILTER_VALUES)
    filters[name] = draw(3) === 0 ? [pick(draw, values), pick(draw, values)] : [pick(draw, values)]
  }
  const q = Array.from({ length: draw(4) }, () => generateWord(draw)).join(' ')
  return {
    ...(draw(6) === 0 ? {} : { q }),
    ...(draw(5) === 0 ? { prefixLast: true } : {}),
    filters,
    sort: pick(draw, SORTS),
    limit: 5 + draw(60),
  }
}

/** Labels of values that some records have. */
const LABELS = ['上海', '广东省', 'Shanghai', 'united states']

function generateWord(draw: Draw): string {
  switch (draw(9)) {
    case 0:
      return `"${words(draw, WORDS, 3, ' ')}"`
    case 1:
      return `-${pick(draw, WORDS)}`
    case 2:
      return words(draw, CHINESE, 2, '')
    case 3:
      return pick(draw, WORDS).slice(0, 2)
    case 4:
      return `kind:${pick(draw, ['resource', 'service'])}`
    case 5:
      return `${1 + draw(3)}/resource/r${draw(60)}`
    case 6:
      return pick(draw, LABELS)
    default:
      return pick(draw, WORDS)
  }
}
