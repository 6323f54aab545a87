import { isJsonObject, type JsonObject, type JsonValue } from '../encoding/json.ts'
import { MuluError } from '../errors.ts'
import type { FeedFormat } from './candidate.ts'
import { type LossyNumber, lossyNumbers } from './lossy-number.ts'

/** One record of a feed as it stands there: undefined when the line is not JSON. */
export type FeedItem = {
  readonly value: JsonValue | undefined
  readonly lossy?: { readonly field: string; readonly token: string }
}

/** The items of lines, and the format they have. */
export type LineItems = { readonly format: FeedFormat; readonly items: readonly FeedItem[] }

/**
 * The datasets of a DCAT-US catalogue. Undefined where the text may be lines instead, unless
 * `isCertain`: then anything but a catalogue is refused.
 */
export function textToDatasets(text: string, isCertain: boolean): readonly FeedItem[] | undefined {
  const root = parse(text)
  if (root === undefined) {
    if (isCertain) throw new MuluError('MULU_FEED_NOT_JSON')
    return undefined
  }
  if (!isJsonObject(root)) {
    throw new MuluError(isCertain ? 'MULU_FEED_NO_DATASETS' : 'MULU_FEED_FORMAT')
  }
  if (!isCertain && lineFormat(root) !== undefined) return undefined
  const datasets = Object.hasOwn(root, 'dataset') ? root['dataset'] : undefined
  if (!Array.isArray(datasets) || datasets.length === 0) {
    throw new MuluError('MULU_FEED_NO_DATASETS')
  }
  return withLossyNumbers(datasets, lossyNumbers(text))
}

/** Only the parser knows what it rounded; the position of the dataset is the second step down. */
function withLossyNumbers(
  datasets: readonly JsonValue[],
  lossy: readonly LossyNumber[],
): readonly FeedItem[] {
  const firstByIndex = new Map<number, LossyNumber>()
  for (const number of lossy) {
    const [root, index] = number.at
    if (root === 'dataset' && typeof index === 'number' && !firstByIndex.has(index)) {
      firstByIndex.set(index, number)
    }
  }
  return datasets.map((value, index) => toItem(value, firstByIndex.get(index), 2))
}

function toItem(value: JsonValue, number: LossyNumber | undefined, depth: number): FeedItem {
  if (number === undefined) return { value }
  return { value, lossy: { field: String(number.at[depth] ?? ''), token: number.token } }
}

/** The items of JSON lines; blank lines are passed over. */
export function linesToItems(text: string): LineItems {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const values = lines.map(parse)
  const whole =
    values.length > 1 && !values.some((value) => formatOf(value)) ? parse(text) : undefined
  const format = whole === undefined ? firstFormat(values) : formatOf(whole)
  if (format === undefined) {
    throw new MuluError(values[0] === undefined ? 'MULU_FEED_NOT_JSON' : 'MULU_FEED_FORMAT')
  }
  if (whole !== undefined) return { format, items: [lineToItem(whole, text)] }
  return { format, items: values.map((value, index) => lineToItem(value, lines[index] ?? '')) }
}

function firstFormat(values: readonly (JsonValue | undefined)[]): FeedFormat | undefined {
  for (const value of values) {
    const format = formatOf(value)
    if (format !== undefined) return format
  }
  return undefined
}

function formatOf(value: JsonValue | undefined): FeedFormat | undefined {
  return value !== undefined && isJsonObject(value) ? lineFormat(value) : undefined
}

function lineFormat(line: JsonObject): FeedFormat | undefined {
  const has = (key: string): boolean => Object.hasOwn(line, key)
  if (has('id') && has('kind') && has('fields')) return 'mulu-jsonl'
  return has('id') && has('link') && has('catalog_type') ? 'cn-portals' : undefined
}

function lineToItem(value: JsonValue | undefined, line: string): FeedItem {
  return value === undefined ? { value } : toItem(value, lossyNumbers(line)[0], 0)
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    // Not being JSON is an answer here; the caller decides which refusal it is.
    return undefined
  }
}
