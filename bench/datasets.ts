/**
 * Datasets as the feeds in samples/dcat-us have them, made from a seed: the same members, lists
 * and contacts, descriptions and distributions of varying length, about 2 kB of JSON each in the
 * median. The same seed and number give the same records on every machine.
 */
import type { JsonObject } from '@mulu/registry-core'

type Random = () => number

const THEMES = ['Medicare', 'energy', 'transportation', 'health', 'agriculture', 'finance', 'labor']
const INTERVALS = ['R/P1D', 'R/P1W', 'R/P1M', 'R/P3M', 'R/P1Y', 'irregular']
const FORMATS = [
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['html', 'text/html'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
] as const
const SYLLABLES = ['ta', 'ren', 'mo', 'lis', 'ver', 'du', 'can', 'per', 'so', 'gi', 'nal', 'eth']
/** Distinct words; natural texts of this length have about as many. */
const VOCABULARY = 4_000
const BODY_WORDS_MIN = 25
const BODY_WORDS_SPREAD = 170

/** `count` datasets, made from a seed. */
export function makeDatasets(count: number, seed: number): readonly JsonObject[] {
  const random = createRandom(seed)
  const words = Array.from({ length: VOCABULARY }, () => makeWord(random))
  return Array.from({ length: count }, (_, index) => makeDataset(index, random, words))
}

function makeDataset(index: number, random: Random, words: readonly string[]): JsonObject {
  const identifier = `BENCH-${String(index).padStart(7, '0')}`
  const agency = `Office of ${text(random, words, 2)}`
  const page = `https://data.example.gov/catalog/${identifier}`
  return {
    '@type': 'dcat:Dataset',
    accessLevel: random() < 0.9 ? 'public' : 'restricted public',
    accrualPeriodicity: pick(random, INTERVALS),
    bureauCode: [`${digits(random, 3)}:${digits(random, 2)}`],
    contactPoint: {
      '@type': 'vcard:Contact',
      fn: text(random, words, 2),
      hasEmail: `mailto:${pick(random, words)}@example.gov`,
    },
    dataQuality: true,
    // A skewed length: many short descriptions, some long ones.
    description: text(random, words, BODY_WORDS_MIN + random() * random() * BODY_WORDS_SPREAD),
    distribution: Array.from({ length: 1 + random() * random() * 5 }, (_, number) =>
      makeDistribution(`${page}/${number}`, random, words),
    ),
    identifier,
    issued: date(random),
    keyword: Array.from({ length: 2 + random() * 7 }, () => pick(random, words)),
    landingPage: page,
    language: ['en-US'],
    license: 'https://www.usa.gov/government-works',
    modified: date(random),
    programCode: [`${digits(random, 3)}:${digits(random, 3)}`],
    publisher: { '@type': 'org:Organization', name: agency },
    references: [`${page}/dictionary`],
    spatial: text(random, words, 1),
    temporal: `${date(random)}/${date(random)}`,
    theme: [pick(random, THEMES)],
    title: text(random, words, 4 + random() * 8),
  }
}

function makeDistribution(base: string, random: Random, words: readonly string[]): JsonObject {
  const [extension, mediaType] = pick(random, FORMATS)
  return {
    '@type': 'dcat:Distribution',
    description: text(random, words, 8 + random() * 10),
    downloadURL: `${base}/${pick(random, words)}.${extension}`,
    format: extension.toUpperCase(),
    mediaType,
    modified: date(random),
    title: text(random, words, 3 + random() * 5),
  }
}

function text(random: Random, words: readonly string[], count: number): string {
  const chosen = Array.from({ length: Math.floor(count) }, () => pick(random, words))
  const [first = '', ...rest] = chosen
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(' ')
}

function makeWord(random: Random): string {
  return Array.from({ length: 1 + random() * 4 }, () => pick(random, SYLLABLES)).join('')
}

function date(random: Random): string {
  const [year, month, day] = [2005 + random() * 20, 1 + random() * 12, 1 + random() * 28]
  return [year, month, day].map((part) => String(Math.floor(part)).padStart(2, '0')).join('-')
}

function digits(random: Random, length: number): string {
  return String(Math.floor(random() * 10 ** length)).padStart(length, '0')
}

function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[Math.floor(random() * from.length)]
  if (picked === undefined) throw new Error('nothing to pick from')
  return picked
}

/** Mulberry32: 32 bits of state, enough for shuffled text. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
