import type { ComponentChildren } from 'preact';
import { useWords } from '../app/language.tsx';
import type { Paper } from './papers.ts';
import { PapersAndPoints } from './papers-and-points.tsx';

/** What somebody takes along to a service point, on the screen and on one printed page: for whom, which papers, where to. */
export function WhatToBring(props: {
  entityName: string;
  caseNumber: string;
  papers: readonly Paper[];
  /** The company's, six digits; null: not known. */
  division: string | null;
  /** What is wrong, where something can be shown. */
  children?: ComponentChildren;
}) {
  const { entityName, caseNumber, papers, division, children } = props;
  const { bring, fields } = useWords();
  return (
    <>
      <section class="card">
        <p class="print-only">
          <strong>{bring.thisPage}</strong>
        </p>
        <p class="quiet">
          {entityName} · {fields.caseNumber} {caseNumber}
        </p>
        {children}
      </section>
      <PapersAndPoints papers={papers.map((paper) => bring.papers[paper])} division={division} />
      <p class="row">
        <button type="button" class="button main" onClick={() => print()}>
          {bring.print}
        </button>
      </p>
    </>
  );
}
