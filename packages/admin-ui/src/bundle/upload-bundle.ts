/**
 * Sends a file to the node as it is read from the stick: the browser holds no more of it than is
 * under way, and the node takes it only as fast as it stores it, so that what is sent is what is in.
 */
import { ApiError, isObject } from '../request.ts'
import { passphraseHeader } from './passphrase-header.ts'

/** What became of the commits of a bundle, as the node counts. */
export type BundleReport = {
  readonly new: number
  readonly known: number
  readonly waiting: number
  readonly postponed: number
  readonly refused: number
  readonly codes: Readonly<Record<string, number>>
  readonly rosters: number
  /** Orders of agencies, which admit and end their own writers. */
  readonly orders: number
  readonly erased: number
  /** Superseded values that the sender no longer held. */
  readonly notHeld: number
  /** Writers that made it and that it is for; 0 for none. */
  readonly sender: number
  readonly to: number
  readonly madeMs: number
  readonly damaged: number
  /** Why this is not all there is to it; null when everything came and was taken. */
  readonly problem: string | null
}

type Upload = {
  readonly file: File
  readonly key: string
  readonly passphrase: string | undefined
  readonly signal: AbortSignal
  readonly onProgress: (bytes: number) => void
}

/** The file can no longer be read: a code of these pages, no node knows it. */
export const FILE_GONE = 'FILE_GONE'
/** The reader has stopped it. */
export const STOPPED = 'STOPPED'

const MAGIC = 'mulu-bundle/1\n'

/** Sends a file; ApiError with the node's code, FILE_GONE, STOPPED or MULU_UNREACHED. */
export async function uploadBundle(upload: Upload): Promise<BundleReport> {
  // What is none is told at once, without sending gigabytes of it first.
  if ((await beginningOf(upload.file)) !== MAGIC) {
    throw new ApiError(422, 'MULU_BUNDLE_SHAPE', {})
  }
  const request = await send(upload)
  if (request.status === 0) {
    await beginningOf(upload.file)
    throw new ApiError(0, 'MULU_UNREACHED', {})
  }
  const answer = parse(request.responseText)
  if (request.status === 200 && isObject(answer)) return answer as unknown as BundleReport
  const problem = isObject(answer) ? answer : {}
  const { code } = problem
  throw new ApiError(
    request.status,
    typeof code === 'string' ? code : `HTTP_${request.status}`,
    problem,
  )
}

async function beginningOf(file: File): Promise<string> {
  try {
    return await file.slice(0, MAGIC.length).text()
  } catch (cause) {
    throw new ApiError(0, FILE_GONE, {}, cause)
  }
}

/** `fetch` tells nothing of how far a body has been sent. */
function send({ file, key, passphrase, signal, onProgress }: Upload): Promise<XMLHttpRequest> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v1/bundles')
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${key}`,
      'content-type': 'application/octet-stream',
      ...(passphrase === undefined ? {} : passphraseHeader(passphrase)),
    }
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
    request.addEventListener('load', () => resolve(request))
    request.addEventListener('error', () => resolve(request))
    request.addEventListener('abort', () => reject(new ApiError(0, STOPPED, {})))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    if (signal.aborted) reject(new ApiError(0, STOPPED, {}))
    else request.send(file)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy before the node answers with pages of its own.
    return undefined
  }
}
