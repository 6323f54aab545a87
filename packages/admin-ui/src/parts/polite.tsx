import { useEffect, useRef, useState } from 'react'

const SPOKEN_EVERY_MS = 30_000

/**
 * The one polite region of a page: says the newest sentence, at most every half minute, and nothing
 * about the state in which the page opened.
 */
export function Polite({ sentence }: { sentence: string | undefined }) {
  const [spoken, setSpoken] = useState('')
  const last = useRef<{ sentence: string; atMs: number } | undefined>(undefined)

  useEffect(() => {
    if (sentence === undefined) return
    if (last.current === undefined) {
      last.current = { sentence, atMs: 0 }
      return
    }
    if (last.current.sentence === sentence) return
    const wait = Math.max(0, last.current.atMs + SPOKEN_EVERY_MS - Date.now())
    const timer = setTimeout(() => {
      last.current = { sentence, atMs: Date.now() }
      setSpoken(sentence)
    }, wait)
    return () => clearTimeout(timer)
  }, [sentence])

  return (
    <p className="vh" role="status">
      {spoken}
    </p>
  )
}
