import type { Json, JsonObject } from './api.ts'

const BASE = '/api/v1'
const REQUEST_TIMEOUT_MS = 20_000

/** A request that a node refused, or that never reached it (`status` 0, code `MULU_UNREACHED`). */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly problem: JsonObject

  constructor(status: number, code: string, problem: JsonObject, cause?: unknown) {
    super(code, { cause })
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.problem = problem
  }
}

export type RequestOptions = {
  readonly signal?: AbortSignal
  readonly method?: 'GET' | 'PATCH' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** How long to wait for an answer, where it takes longer than reading does. */
  readonly timeoutMs?: number
}

/** Asks the node that served this page; throws ApiError for anything but an answer of 2xx. */
export async function requestJson<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options)
  if (!response.ok) throw await errorFrom(response)
  return parseJson(await response.text(), response.status)
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? REQUEST_TIMEOUT_MS)
  try {
    return await fetch(BASE + path, {
      method: options.method ?? 'GET',
      headers: {
        accept: 'application/json',
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]),
    })
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause
    throw new ApiError(0, 'MULU_UNREACHED', {}, cause)
  }
}

async function errorFrom(response: Response): Promise<ApiError> {
  const problem = await response.json().catch((): Json => null)
  if (!isObject(problem)) return new ApiError(response.status, `HTTP_${response.status}`, {})
  const code = problem['code']
  const known = typeof code === 'string' ? code : `HTTP_${response.status}`
  return new ApiError(response.status, known, problem)
}

function parseJson<T>(text: string, status: number): T {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // A proxy between browser and node may answer 200 with a page of its own.
    throw new ApiError(status, 'MULU_UNREACHED', {}, cause)
  }
}

/** Tells a JSON object from the other JSON values. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
