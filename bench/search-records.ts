/**
 * Records for the search benchmark, made from a seed one by one: Zipf words of two languages,
 * Zipf agencies, JSON of about 2 kB in the median and 50 kB for one in a hundred, values of every
 * facet. The same number gives the same record on every machine.
 */
import type { View } from '@mulu/registry-core'

const AGENCIES = 1_000
const ENGLISH = 40_000
const CHINESE = 4_000
const SYLLABLES = ['ta', 'ren', 'mo', 'lis', 'ver', 'du', 'can', 'per', 'so', 'gi', 'nal', 'eth']
const HAN_START = 0x4e00
const HAN_COUNT = 900
const KINDS = ['resource', 'service']
const REGIONS = ['310000', '310115', '110000', '440300', '320500', '330100', '510100', '420100']
const THEMES = Array.from(
  { length: 40 },
  (_, i) => `cn:${String(1 + (i % 20)).padStart(2, '0')}-01`,
)
const FORMATS = ['CSV', 'JSON', 'XLSX', 'XML', 'HTML', 'PDF']
const SHARING = ['unconditional', 'conditional', 'none']
const OPENNESS = ['unconditional', 'conditional', 'none']

type Random = () => number

/** Words by rank, and records by number. */
export class SearchRecords {
  readonly #english = new Map<number, string>()

  /** The English word of a rank, 0 being the commonest. */
  english(rank: number): string {
    const known = this.#english.get(rank)
    if (known !== undefined) return known
    let word = ''
    for (let rest = rank + 20; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
      word += SYLLABLES[rest % SYLLABLES.length] as string
    }
    this.#english.set(rank, word)
    return word
  }

  /** The Chinese word of a rank: two characters. */
  chinese(rank: number): string {
    const random = createRandom(rank + 7)
    const char = (): string =>
      String.fromCharCode(HAN_START + Math.floor(HAN_COUNT * random() * random()))
    return char() + char()
  }

  /** A record; the same for the same number. */
  view(number: number): View {
    const random = createRandom(number * 2 + 1)
    const isChinese = random() < 0.4
    const isLong = random() < 0.01
    const size = isLong ? 90 : 0.35 + random() * 1.3
    const language = isChinese ? 'zh-Hans' : 'en'
    const text = (words: number): string =>
      isChinese ? this.#chineseText(random, words) : this.#englishText(random, words)
    const ns = 1 + zipf(random, AGENCIES)
    const local = `bench-${number.toString(36)}`
    const fields: Record<string, unknown> = {
      [`title/${language}`]: text(4 + random() * 6),
      [`description/${language}`]: text((isChinese ? 40 : 55) * size),
      [`keyword/${language}`]: Array.from({ length: 2 + random() * 5 }, () => text(1)),
      publisher: text(3),
      'contact/c1': {
        name: text(2),
        phone: `+86-21-${10_000_000 + Math.floor(random() * 1_000)}`,
        email: `office-${ns}@example.gov`,
        address: text(5),
      },
      license: 'https://www.usa.gov/government-works',
      language: [language],
      identifier: local,
      created: `20${10 + Math.floor(random() * 15)}-01-01`,
      frequency: ['daily', 'weekly', 'monthly', 'yearly'][zipf(random, 4)] as string,
      provenance: { source: 'https://data.example.gov/data.json', system: `catalogue-${ns}` },
      region: REGIONS[zipf(random, REGIONS.length)] as string,
      theme: [THEMES[zipf(random, THEMES.length)] as string],
      sharing: { type: SHARING[zipf(random, SHARING.length)] as string },
      openness: { type: OPENNESS[zipf(random, OPENNESS.length)] as string },
      state: random() < 0.97 ? 'published' : 'withdrawn',
      modified: `20${10 + Math.floor(random() * 15)}-0${1 + Math.floor(random() * 9)}-15`,
      landingPage: `https://data.example.gov/${ns}/${local}`,
    }
    for (let i = 1 + random() * random() * 5; i > 0; i--) {
      fields[`distributions/d${Math.floor(i)}`] = {
        title: text(3 + random() * 4),
        description: text(8 + random() * 8),
        mediaType: 'application/octet-stream',
        issued: `20${10 + Math.floor(random() * 15)}-02-01`,
        license: 'https://www.usa.gov/government-works',
        conformsTo: 'https://project-open-data.cio.gov/v1.1/schema',
        byteSize: Math.floor(random() * 1e6),
        format: FORMATS[zipf(random, FORMATS.length)] as string,
        accessURL: `https://data.example.gov/${ns}/${local}/${Math.floor(i)}`,
      }
    }
    const kind = KINDS[random() < 0.9 ? 0 : 1] as string
    return {
      id: `${ns}/${kind}/${local}`,
      ns,
      kind,
      local,
      fields: fields as View['fields'],
      conflicts: [],
      problems: random() < 0.1 ? [{ code: 'required', path: 'contact' }] : [],
      updatedMs: 1_700_000_000_000 + number,
      etag: number.toString(16).padStart(32, '0'),
    }
  }

  #englishText(random: Random, words: number): string {
    const chosen: string[] = []
    for (let i = Math.max(1, Math.floor(words)); i > 0; i--)
      chosen.push(this.english(zipf(random, ENGLISH)))
    return chosen.join(' ')
  }

  #chineseText(random: Random, words: number): string {
    let text = ''
    for (let i = Math.max(1, Math.floor(words)); i > 0; i--) {
      text += this.chinese(zipf(random, CHINESE))
      if (random() < 0.1 && i > 1) text += '，'
    }
    return text
  }
}

/** A rank below `count`, 0 the commonest, as the words of a language are distributed. */
export function zipf(random: Random, count: number): number {
  return Math.floor(count ** random()) - 1
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
