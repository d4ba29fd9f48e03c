// Copyright the tou authors. SPDX-License-Identifier: Apache-2.0
package dev.tou.simulation;

import java.util.List;
import java.util.concurrent.Executor;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;

/** Several {@link SimEventLoop}s of one host, handed out in turn. In spite of the superclass it starts no thread. */
public final class SimEventLoopGroup extends MultiThreadIoEventLoopGroup {

    SimEventLoopGroup(int size, VirtualTicker ticker, List<SimEventLoop> loops) {
        super(size, (Executor) Runnable::run, SimIoHandler.newFactory(), ticker, loops);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
        SimEventLoop loop = new SimEventLoop(this, (VirtualTicker) args[0]);
        @SuppressWarnings("unchecked")
        List<SimEventLoop> loops = (List<SimEventLoop>) args[1];
        loops.add(loop);
        return loop;
    }
}
