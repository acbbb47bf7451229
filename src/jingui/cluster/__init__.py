"""机房: the embedded PostgreSQL and the processes that live beside it [6.1]"""
