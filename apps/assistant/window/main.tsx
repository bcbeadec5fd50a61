import './style.css';
import { render } from 'preact';
import { OrderWindow } from './order/order-window.tsx';
import { OwnWindow } from './own/own-window.tsx';
import { start } from './start.ts';

const root = document.getElementById('app');
if (root) render(start.mode === 'order' ? <OrderWindow start={start} /> : <OwnWindow start={start} />, root);
