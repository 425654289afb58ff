import { Link } from '@tanstack/react-router';
import mark from '../mark.svg';
import { common } from '../texts/common.ts';
import classes from './shell.module.css';

/** The name of the product; it leads to the first page. */
export function Mark() {
  return (
    <Link to="/" className={classes.mark}>
      <img src={mark} width={26} height={26} alt="" />
      {common.product}
    </Link>
  );
}
