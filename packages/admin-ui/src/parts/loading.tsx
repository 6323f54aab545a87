/** Still placeholders and a sentence; the style shows them only after the first second. */
export function Loading({ children }: { children: string }) {
  return (
    <div className="loading" role="status">
      <p>{children}</p>
      <span className="w-2" />
      <span className="w-4" />
      <span className="w-3" />
    </div>
  )
}
