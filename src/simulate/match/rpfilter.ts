import { reversePath } from '../rp-filter.js';
import { type CompileMatch, MAYBE, type Test, tri } from './test.js';

/** `-m rpfilter [--loose] [--validmark] [--accept-local] [--invert]`: is the source reached the same way? */
export const rpfilter: CompileMatch = ({ options }) => {
  const has = (name: string): boolean => options.some((match) => match.option === name);
  const test: Test = {
    why: '-m rpfilter: routes not known',
    run: (s) => {
      if (s.iif === 'lo') return tri(!has('invert'));
      const path = reversePath(s, { useMark: has('validmark'), outDevice: null });
      if (path === null) return MAYBE;
      const usable = path.type === 'unicast' || (path.type === 'local' && has('accept-local'));
      return tri((usable && (path.viaInput || has('loose'))) !== has('invert'));
    },
  };
  return [test];
};
