import { Text } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { numberText } from '../texts/common.ts';
import { type Tone, toneClass } from './status.tsx';
import classes from './time-chart.module.css';

export interface Series {
  label: string;
  tone: Tone;
  /** One for each moment; null where nobody counted. */
  values: readonly (number | null)[];
}

export interface TimeChartProps {
  /** Told to those who don't see it. */
  label: string;
  /** When each stretch began, as it is shown. */
  times: readonly string[];
  /** On top of each other, the first at the bottom. */
  series: readonly Series[];
}

const WIDTH = 600;
const HEIGHT = 120;
const GAP = 0.18;

const totalsOf = (series: readonly Series[], length: number) =>
  Array.from({ length }, (_, at) => series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));

/** Bars over time. A pointer or the arrow keys go through them, and tell the numbers of each. */
export function TimeChart({ label, times, series }: TimeChartProps) {
  const [at, setAt] = useState<number>();
  const totals = totalsOf(series, times.length);
  const top = niceTop(Math.max(...totals, 1));
  const step = WIDTH / Math.max(times.length, 1);

  const onPointer = ({ currentTarget, clientX }: PointerEvent<SVGSVGElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    setAt(within(Math.floor(((clientX - left) / width) * times.length), times.length));
  };
  const onKey = (event: KeyboardEvent) => {
    const last = times.length - 1;
    const next = { ArrowLeft: (at ?? times.length) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: last }[
      event.key
    ];
    if (event.key === 'Escape') setAt(undefined);
    if (next === undefined) return;
    event.preventDefault();
    setAt(within(next, times.length));
  };

  return (
    <figure className={classes.figure}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={classes.chart}
        role="img"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys go through its bars
        tabIndex={0}
        onPointerMove={onPointer}
        onPointerLeave={() => setAt(undefined)}
        onKeyDown={onKey}
        onBlur={() => setAt(undefined)}
      >
        <line x1={0} x2={WIDTH} y1={0} y2={0} className={classes.base} />
        <line x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} className={classes.base} />
        {at !== undefined && (
          <rect x={at * step} width={step} y={0} height={HEIGHT} className={classes.cursor} />
        )}
        <Bars series={series} step={step} top={top} />
      </svg>
      <span className={classes.top} aria-hidden>
        {numberText(top)}
      </span>
      <figcaption className={classes.caption}>
        <Text size="xs" c="dimmed" component="div" className={classes.ends} aria-hidden={at !== undefined}>
          <span>{times[0]}</span>
          <span>{times.at(-1)}</span>
        </Text>
        <Text size="xs" component="div" className={classes.told} role="status">
          {at !== undefined && <Told time={times[at]!} series={series} at={at} />}
        </Text>
      </figcaption>
    </figure>
  );
}

const within = (index: number, length: number) => Math.max(0, Math.min(index, length - 1));

/** One path for each series: a chart of a thousand bars is as quick to draw as one of ten. */
function Bars({ series, step, top }: { series: readonly Series[]; step: number; top: number }) {
  const below: number[] = [];
  return series.map(({ label, tone, values }) => {
    const path = values.map((value, at) => {
      const height = ((value ?? 0) / top) * HEIGHT;
      const base = HEIGHT - (below[at] ?? 0);
      below[at] = (below[at] ?? 0) + height;
      if (height === 0) return '';
      const [left, right] = [(at + GAP / 2) * step, (at + 1 - GAP / 2) * step];
      return `M${left.toFixed(1)} ${base.toFixed(1)}V${(base - height).toFixed(1)}H${right.toFixed(1)}V${base.toFixed(1)}Z`;
    });
    return <path key={label} d={path.join('')} className={`${classes.bars} ${toneClass(tone)}`} />;
  });
}

function Told({ time, series, at }: { time: string; series: readonly Series[]; at: number }) {
  return (
    <>
      <b>{time}</b>
      {series.map(({ label, values }) => {
        const value = values[at];
        return value == null ? null : (
          <span key={label}>
            {label}: {numberText(value)}
          </span>
        );
      })}
    </>
  );
}

/** The next of 1, 2, 3, 4, 5, 6, 8, 10, 20, … */
function niceTop(most: number): number {
  const scale = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 3, 4, 5, 6, 8].find((factor) => factor * scale >= most) ?? 10) * scale;
}
