import { useState } from 'react'
import { Button, DropZone, FileTrigger, Text } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Status } from '../api.ts'
import { useTakeIn } from './take-in.ts'
import { TakenFile } from './taken-file.tsx'

type Props = {
  readonly status: Status
  /** Begins the answer to the node that made a bundle. */
  readonly onAnswer: (client: number) => void
}

/** Bringing bundles in: choose or drop files, then see what became of each. */
export function TakeInPanel({ status, onAnswer }: Props) {
  const { t } = useTranslation()
  const takeIn = useTakeIn()
  const [isOver, setOver] = useState(false)
  return (
    <section className="panel" aria-labelledby="take-in">
      <h2 id="take-in">{t('take.title')}</h2>
      <DropZone
        className="drop"
        data-over={isOver}
        onDropEnter={() => setOver(true)}
        onDropExit={() => setOver(false)}
        onDrop={async ({ items }) => {
          const files = items.filter((item) => item.kind === 'file')
          takeIn.add(await Promise.all(files.map((item) => item.getFile())))
        }}
      >
        <Text slot="label" className="drop-text">
          {t('take.drop')}
        </Text>
        <FileTrigger allowsMultiple onSelect={(list) => takeIn.add(list === null ? [] : [...list])}>
          <Button className="btn btn-primary">{t('take.choose')}</Button>
        </FileTrigger>
      </DropZone>
      <p className="hint">{t('take.text')}</p>
      {takeIn.files.length === 0 ? null : (
        <ul className="taken">
          {takeIn.files.map((taken) => (
            <li key={taken.id}>
              <TakenFile taken={taken} takeIn={takeIn} status={status} onAnswer={onAnswer} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
