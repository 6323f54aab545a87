import { expect } from 'chai'
import type { Request, Response } from 'express'
import { fewAtATime } from '../../src/http/one-at-a-time.ts'

describe('requests that are let through a few at a time', () => {
  it('[HT77] lets as many searches of the past wait as may, and tells others when to come again', () => {
    const headers = new Map<string, string>()
    const ends: (() => void)[] = []
    const response = {
      set: (name: string, value: string) => headers.set(name, value),
      once: (_event: string, end: () => void) => ends.push(end),
    } as unknown as Response
    let passed = 0
    const guard = fewAtATime('MULU_BUSY', 2, ({ url }) => url === 'past')
    const ask = (url: string): unknown => guard({ url } as Request, response, () => passed++)
    for (const url of ['past', 'now', 'past', 'now']) ask(url)
    expect(passed).to.equal(4)
    expect(() => ask('past'))
      .to.throw()
      .with.property('code', 'MULU_BUSY')
    expect(headers.get('Retry-After')).to.equal('5')
    ends[0]?.()
    ask('past')
    expect(passed).to.equal(5)
  })
})
