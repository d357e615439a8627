import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../../contract/notification.ts';
import { useFormat } from '../language/use-format.ts';
import classes from './live-log.module.css';

const LINE_HEIGHT = 20;
const PADDING = 12;
/** Within so many pixels of the end, what is new is scrolled to. */
const NEAR_END = 40;

type Props = {
  lines: readonly LogLine[];
  sentenceOf: (line: LogLine) => string;
  isTall: boolean;
  /** What is said when there are none. */
  nothing: string;
};

/** However many lines: only those that are seen are drawn. Who reads the end goes on reading the end. */
export function LogLines({ lines, sentenceOf, isTall, nothing }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => lines[index]?.seq ?? index,
    overscan: 10,
    paddingStart: PADDING,
    paddingEnd: PADDING,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: NEAR_END,
  });

  return (
    <div
      ref={box}
      className={classes.lines}
      data-tall={isTall}
      role="log"
      aria-label={t('console.log')}
      // Lines that scrolling brings into the page are not news.
      aria-live={isAtEnd ? 'polite' : 'off'}
      tabIndex={0}
      onScroll={() => setIsAtEnd(virtual.isAtEnd())}
    >
      {lines.length === 0 && <p className={classes.nothing}>{nothing}</p>}
      <div className={classes.whole} style={{ height: lines.length === 0 ? 0 : virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const line = lines[index];
          return (
            line !== undefined && (
              <p
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className={classes.line}
                data-level={line.level}
                style={{ transform: `translateY(${start}px)` }}
              >
                <time dateTime={line.at}>{format.time(line.at)}</time>
                <span>{sentenceOf(line)}</span>
              </p>
            )
          );
        })}
      </div>
    </div>
  );
}
