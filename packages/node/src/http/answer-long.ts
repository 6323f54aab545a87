/** Answers that take long: streams that wait for their reader, and lines of progress. */
import { isMuluError } from '@mulu/registry-core'
import type { Request, Response } from 'express'
import type { NodeContext } from '../node-context.ts'
import { toProblem } from './on-error.ts'

const PROGRESS_EVERY_MS = 200

type Progress = (done: number, total: number) => void

/** Resolves once a response takes more, or has been closed. */
export function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}

/** Answers with one document, or for those who ask with lines of progress and then the report. */
export async function answerLong(
  context: NodeContext,
  request: Request,
  response: Response,
  work: (onProgress: Progress) => Promise<unknown>,
): Promise<void> {
  if (request.accepts('json', 'application/x-ndjson') !== 'application/x-ndjson') {
    response.json(await work(() => undefined))
    return
  }
  let toldMs = 0
  const tell: Progress = (done, total) => {
    const nowMs = context.clock.now()
    if (nowMs - toldMs < PROGRESS_EVERY_MS) return
    toldMs = nowMs
    begin(response)
    response.write(`${JSON.stringify({ progress: { done, total } })}\n`)
  }
  try {
    const report = await work(tell)
    begin(response)
    response.end(`${JSON.stringify({ report })}\n`)
  } catch (error) {
    if (!response.headersSent) throw error
    const problem = isMuluError(error) ? error : undefined
    response.end(`${JSON.stringify({ error: problem ?? toProblem(error, context.logger) })}\n`)
  }
}

function begin(response: Response): void {
  if (!response.headersSent) response.status(200).type('application/x-ndjson')
}
