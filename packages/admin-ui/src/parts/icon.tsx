export type IconName =
  | 'i-mu'
  | 'i-copy'
  | 'i-down'
  | 'i-ext'
  | 'i-filter'
  | 'i-search'
  | 'i-x'
  | 'i-hist'
  | 's-bad'
  | 's-info'
  | 's-lock'
  | 's-off'
  | 's-ok'
  | 's-split'
  | 's-wait'
  | 's-warn'

/** A shape of the sprite; the word beside it carries the meaning. */
export function Icon({ name, isSmall = false }: { name: IconName; isSmall?: boolean }) {
  return (
    <svg className={isSmall ? 'icon-small' : 'icon'} aria-hidden="true">
      <use href={`#${name}`} />
    </svg>
  )
}
